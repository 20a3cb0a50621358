import { featureSet } from '../product/features.ts';
import type { Product, VolumeClass } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { gibibyte } from './bytes.ts';

/** The parts of a site that decide about storage; drafts can give them before the rest is known. */
export type StorageWish = Pick<Site, 'features' | 'storage'>;

/** One volume that the chosen features need, with the size it gets. */
export interface WantedVolume {
  readonly id: string;
  readonly label: string;
  readonly class: VolumeClass;
  /** Id of the component that mounts it. */
  readonly component: string;
  readonly gib: number;
  readonly from: 'typed' | 'default';
}

/** The volumes of the chosen features, in the product's order. A feature set with nothing to store gives none. */
export function volumesFor(wish: StorageWish, product: Product): WantedVolume[] {
  return featureSet(product, wish.features).volumes.map((volume) => {
    const typed = wish.storage.volumes[volume.id];
    return {
      id: volume.id,
      label: volume.label,
      class: volume.class,
      component: volume.component,
      gib: typed ?? volume.defaultGiB,
      from: typed === undefined ? 'default' : 'typed',
    };
  });
}

/** Bytes that the volumes of one class add up to. */
export function demand(volumes: readonly WantedVolume[], of: VolumeClass): number {
  return volumes.reduce((sum, volume) => (volume.class === of ? sum + volume.gib * gibibyte : sum), 0);
}
