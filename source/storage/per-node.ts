import type { Site, SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';

/** What the site says of storage for one node: the node's own words over the site's. */
export function storageOf(storage: Site['storage'], node: Pick<SiteNode, 'storage'>): Site['storage'] {
  const { unshared = {}, shared = {}, reserve } = node.storage ?? {};
  return {
    ...storage,
    unshared: { ...storage.unshared, ...defined(unshared) },
    shared: { ...storage.shared, ...defined(shared) },
    ...defined({ reserve }),
  };
}
