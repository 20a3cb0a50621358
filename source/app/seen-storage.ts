import type { NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import type { Site, SiteDraft } from '../site/schema.ts';
import { textAt } from '../wizard/draft/draft.ts';
import { likelyGroupOf, likelyPoolGroupOf } from '../wizard/draft/storage-wish.ts';
import type { Living } from './plan-living.ts';
import type { OpenedSite } from './site.ts';

/** What the storage of a site is worked out from without its pages. `draft`: the site file as it was written. */
export interface Written {
  readonly site: Site;
  readonly draft: SiteDraft;
  readonly product: Product;
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

/** The site with the volume groups that its file does not name: those that the Storage page offers for these nodes. */
export function withSeenGroups({ site, ...view }: Written): Site {
  const { unshared, shared } = site.storage;
  const group = (of: 'unshared' | 'shared', likely: string): string =>
    textAt(view.draft, ['storage', of, 'volumeGroup']) || likely;
  return {
    ...site,
    storage: {
      ...site.storage,
      unshared: { ...unshared, volumeGroup: group('unshared', likelyGroupOf(view)) },
      shared: { ...shared, volumeGroup: group('shared', likelyPoolGroupOf(view)) },
    },
  };
}

/** The site as it is built: with those groups while its nodes have no cluster. One that is there already lies where its file says. */
export function siteToBuild(opened: Pick<OpenedSite, 'site' | 'product' | 'draft'>, { facts, cluster }: Living): Site {
  const { site, product } = opened;
  return cluster === undefined ? withSeenGroups({ site, draft: opened.draft(), product, facts }) : site;
}
