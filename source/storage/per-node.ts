import type { Site, SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { deviceGroup } from './pool-device.ts';

/**
 * What the site says of storage for one node: the node's own words over the site's. A device of its own stands for
 * the group that is made on it, unless the node names a group itself.
 */
export function storageOf(storage: Site['storage'], node: Pick<SiteNode, 'storage'>): Site['storage'] {
  const { unshared = {}, shared = {}, reserve } = node.storage ?? {};
  const { device: siteDevice, ...siteShared } = storage.shared;
  const device = shared.device ?? (shared.volumeGroup === undefined ? siteDevice : undefined);
  const volumeGroup = device === undefined ? (shared.volumeGroup ?? siteShared.volumeGroup) : deviceGroup;
  return {
    ...storage,
    unshared: { ...storage.unshared, ...defined(unshared) },
    shared: { ...siteShared, ...defined({ ...shared, device }), volumeGroup },
    ...defined({ reserve }),
  };
}
