import { serviceVolumes } from '../microk8s/services.ts';
import { featureSet } from '../product/features.ts';
import type { Product, VolumeClass } from '../product/schema.ts';
import { chosenServices } from '../product/services.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import { gibibyte } from './bytes.ts';
import { type ComputedSize, computedSize, type WhatIf } from './workload.ts';

/** The parts of a site that decide about storage; drafts can give them before the rest is known. */
export interface StorageWish extends Pick<Site, 'features' | 'storage'> {
  /** Sizes that follow from the workload depend on how many managers there are. */
  readonly nodes?: readonly Pick<SiteNode, 'name' | 'reach' | 'role' | 'storage'>[];
  /** Which services of the cluster are on; left out, those that the product asks for. */
  readonly cluster?: Pick<Site['cluster'], 'services'>;
  readonly whatIf?: WhatIf | undefined;
  /** Volume id → bytes that its claims have, where the cluster was seen: `claimedSizes`. */
  readonly claimed?: ReadonlyMap<string, readonly number[]> | undefined;
}

/** One volume that the chosen features need, with the size it gets. */
export interface WantedVolume {
  readonly id: string;
  readonly label: string;
  readonly class: VolumeClass;
  /** Id of the component that mounts it, or of itself where it belongs to a service of the cluster. */
  readonly component: string;
  readonly gib: number;
  readonly from: 'typed' | 'workload' | 'default';
  /** What a size from the workload rests on. */
  readonly computed?: ComputedSize;
}

/** The volumes of the chosen features, in the product's order, and those of the services of the cluster. */
export function volumesFor(wish: StorageWish, product: Product): WantedVolume[] {
  return [...productVolumes(wish, product), ...volumesOfServices(wish, product)];
}

/** Those of the cluster's services lie on one node each, on whichever the scheduler takes. */
export function volumesOfServices(wish: StorageWish, product: Product): WantedVolume[] {
  return serviceVolumes(chosenServices(wish, product)).map(({ id, label, defaultGiB }) => {
    const typed = wish.storage.volumes[id];
    const volume = { id, label, class: 'unshared', component: id } as const;
    return typed === undefined
      ? { ...volume, gib: defaultGiB, from: 'default' }
      : { ...volume, gib: typed, from: 'typed' };
  });
}

/** The volumes of the product alone. A feature set with nothing to store gives none. */
export function productVolumes(wish: StorageWish, product: Product): WantedVolume[] {
  return featureSet(product, wish.features).volumes.map(({ id, label, class: of, component, defaultGiB }) => {
    const volume = { id, label, class: of, component };
    const typed = wish.storage.volumes[id];
    if (typed !== undefined) return { ...volume, gib: typed, from: 'typed' };
    const computed = fromWorkload(wish, product, volume);
    if (computed) return { ...volume, gib: computed.gib, from: 'workload', computed };
    return { ...volume, gib: defaultGiB, from: 'default' };
  });
}

/** Undefined where neither the site nor a question about the future asks for it. */
function fromWorkload(
  { storage, nodes, whatIf }: StorageWish,
  product: Product,
  volume: Pick<WantedVolume, 'id' | 'class'>,
): ComputedSize | undefined {
  if (storage.workload === undefined && whatIf === undefined) return undefined;
  const usual = Math.max(...product.topologies.map((topology) => topology.managers));
  const managers = nodes?.filter(({ role }) => role === 'manager').length || usual;
  return computedSize(product, volume, { workload: storage.workload ?? {}, managers, whatIf });
}

/** Bytes that the volumes of one class add up to. */
export function demand(volumes: readonly WantedVolume[], of: VolumeClass): number {
  return volumes.reduce((sum, volume) => (volume.class === of ? sum + volume.gib * gibibyte : sum), 0);
}
