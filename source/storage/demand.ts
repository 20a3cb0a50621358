import { enabledComponents } from '../product/features.ts';
import type { Product } from '../product/schema.ts';
import { carriesPool, carriesProduct, copiesOf, type InstanceCounts } from '../product/shape.ts';
import type { SiteNode } from '../site/schema.ts';
import { gibibyte } from './bytes.ts';
import { ownClass } from './classes.ts';
import { storageOf } from './per-node.ts';
import type { PlaceVolume } from './place/model.ts';
import { type SharedVolume, sharedVolume } from './shared.ts';
import { demand, type StorageWish, volumesFor, type WantedVolume } from './volumes.ts';

/** A node as far as it matters for storage. */
export type StorageNode = Pick<SiteNode, 'name' | 'reach' | 'role' | 'storage' | 'volumes'>;

/** What is wanted of one node. */
export interface StorageDemand {
  /** The site's words, with the node's own over them. */
  readonly wish: StorageWish;
  readonly product: Product;
  readonly node: StorageNode;
  /** Those that a node of this role must be able to carry. */
  readonly volumes: readonly WantedVolume[];
  /** Those of one node that are ours to make: none where the site names a class for them. */
  readonly local: readonly WantedVolume[];
  /** The pool's logical volume; undefined where none is needed or the engine is not ours. */
  readonly pool: SharedVolume | undefined;
  readonly sharedBytes: number;
}

export function storageDemand(site: StorageWish, product: Product, node: StorageNode): StorageDemand {
  const wish = { ...site, storage: storageOf(site.storage, node) };
  const pooled = carriesPool(product, site.nodes ?? [], node.role);
  const carries = carriesProduct(product, site.nodes ?? [], node.role);
  const volumes = volumesFor(wish, product).filter((volume) => (volume.class === 'unshared' ? carries : pooled));
  return {
    wish,
    product,
    node,
    volumes,
    local: volumes.filter((volume) => volume.class === 'unshared' && !ownClass(wish.storage, 'unshared')),
    pool: pooled ? sharedVolume(wish, product) : undefined,
    sharedBytes: demand(volumes, 'shared'),
  };
}

/** The same as the planner takes it: shared volumes have a copy on each of `pools` pools. */
export function placeVolumes(
  volumes: readonly WantedVolume[],
  { wish, product }: Pick<StorageDemand, 'wish' | 'product'>,
  pools: number,
  counts: InstanceCounts,
): PlaceVolume[] {
  const instances = new Map(enabledComponents(product, wish.features).map((each) => [each.id, each.instances]));
  return volumes.map(({ id, class: of, component, gib }) => {
    const wanted = instances.get(component) ?? 1;
    const replicas = of === 'shared' ? pools : copiesOf(wanted, counts);
    return { id, class: of, component, bytes: gib * gibibyte, replicas, apart: true };
  });
}
