import type { NodeFacts } from '../facts/facts.ts';
import { thisMachine } from '../host/this-machine.ts';
import type { Product } from '../product/schema.ts';
import type { Site, SiteDraft, SiteNode } from '../site/schema.ts';
import { storageDemand } from '../storage/demand.ts';
import { defined } from '../text/defined.ts';
import { textAt } from '../wizard/draft/draft.ts';
import { likelyGroupOf, likelyPoolGroupOf } from '../wizard/draft/storage-wish.ts';
import { placedNodes } from '../wizard/pages/node-places.ts';
import type { Living } from './plan-living.ts';
import type { OpenedSite } from './site.ts';

/** What the storage of a site is worked out from without its pages. `draft`: the site file as it was written. */
export interface Written {
  readonly site: Site;
  readonly draft: SiteDraft;
  readonly product: Product;
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

/**
 * The site with the volume groups that its file does not name: those that the Storage page offers for these nodes, the site's and
 * that of a node which has another one. A disk is taken only where the file or an operator names it.
 */
export function withSeenGroups(written: Written): Site {
  const { site, ...view } = written;
  const { unshared, shared } = site.storage;
  const named = (of: 'unshared' | 'shared'): string => textAt(view.draft, ['storage', of, 'volumeGroup']);
  const poolGroup = likelyPoolGroupOf(view);
  const placed = placedNodes({ ...view, machine: thisMachine });
  const nodes = site.nodes.map((node) => {
    const seen = placed.find(({ name }) => name === node.name)?.storage;
    const pool = seen?.shared ?? onlyGroupOf(node, poolGroup, written);
    return withStorage(node, {
      unshared: seen?.unshared,
      shared: pool !== undefined && 'device' in pool && pool.device !== undefined ? undefined : pool,
    });
  });
  return {
    ...site,
    nodes,
    storage: {
      ...site.storage,
      unshared: { ...unshared, volumeGroup: named('unshared') || likelyGroupOf(view) },
      shared: { ...shared, volumeGroup: named('shared') || poolGroup },
    },
  };
}

/** The one group of a node that lacks the site's: where it is too small for the pool, that is told, not that another is not there. */
function onlyGroupOf(
  node: SiteNode,
  poolGroup: string,
  { site, draft, product, facts }: Written,
): { readonly volumeGroup: string } | undefined {
  const groups = facts.get(node.name)?.storage?.volumeGroups ?? [];
  const [only] = groups;
  if (only === undefined || groups.length > 1 || only.name === poolGroup) return undefined;
  const isNamed = textAt(draft, ['storage', 'shared', 'volumeGroup']) !== '';
  if (isNamed || storageDemand(site, product, node).pool === undefined) return undefined;
  return { volumeGroup: only.name };
}

/** The node with these places beside what it says for itself. */
function withStorage(node: SiteNode, places: Pick<NonNullable<SiteNode['storage']>, 'unshared' | 'shared'>): SiteNode {
  const { unshared, shared } = places;
  return unshared || shared ? { ...node, storage: { ...node.storage, ...defined({ unshared, shared }) } } : node;
}

/** The site as it is built: with those groups while its nodes have no cluster. One that is there already lies where its file says. */
export function siteToBuild(opened: Pick<OpenedSite, 'site' | 'product' | 'draft'>, { facts, cluster }: Living): Site {
  const { site, product } = opened;
  return cluster === undefined ? withSeenGroups({ site, draft: opened.draft(), product, facts }) : site;
}
