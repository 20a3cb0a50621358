import type { BlockDeviceFacts, NodeFacts } from '../facts/facts.ts';
import { mapperName } from '../facts/mapper-name.ts';
import type { Product } from '../product/schema.ts';
import { defined } from '../text/defined.ts';
import { gibibyte } from './bytes.ts';
import { sharedEngine } from './engines/engines.ts';
import { demand, type StorageWish, volumesFor } from './volumes.ts';

/** The logical volume under the shared pool, the same on every node that carries the pool. */
export interface SharedVolume {
  readonly group: string;
  readonly volume: string;
  /** GiB that it gets: what the site says, else what the shared volumes need. */
  readonly gib: number;
  readonly from: 'typed' | 'computed';
  /** GiB that it must have at least so that the pool can carry the volumes. */
  readonly neededGiB: number;
}

/** A logical volume of that name as it lies on one node. */
export interface ExistingVolume {
  readonly sizeBytes: number;
  readonly path: string;
  readonly uuid: string;
  readonly tags: readonly string[];
  /** What is on it already, such as `ext4, mounted on /srv`; undefined as far as nothing was seen. */
  readonly contents?: string;
  /** Where it is mounted; `[SWAP]` where it is used as swap. */
  readonly mountPoints: readonly string[];
}

/** Undefined where nothing is to be made: the engine is not ours, or no volume is shared. */
export function sharedVolume(wish: StorageWish, product: Product): SharedVolume | undefined {
  const { shared } = wish.storage;
  const engine = sharedEngine(shared.engine);
  const wanted = demand(volumesFor(wish, product), 'shared');
  if (!engine.ours || wanted === 0) return undefined;
  const neededGiB = engine.raw(wanted) / gibibyte;
  return {
    group: shared.volumeGroup,
    volume: shared.volume,
    gib: shared.size ?? neededGiB,
    from: shared.size === undefined ? 'computed' : 'typed',
    neededGiB,
  };
}

/** That logical volume on a node, if it lies there already. */
export function existingVolume(
  place: Pick<SharedVolume, 'group' | 'volume'>,
  facts: NodeFacts,
): ExistingVolume | undefined {
  const found = facts.storage?.logicalVolumes.find(
    (volume) => volume.name === place.volume && volume.volumeGroup === place.group,
  );
  if (!found) return undefined;
  const device = deviceOf(facts, place);
  const contents = found.carries ?? (device && contentsOf(device));
  return {
    sizeBytes: found.sizeBytes,
    path: found.path,
    uuid: found.uuid,
    tags: found.tags,
    mountPoints: device?.mountPoints ?? [],
    ...defined({ contents }),
  };
}

function deviceOf(facts: NodeFacts, place: Pick<SharedVolume, 'group' | 'volume'>): BlockDeviceFacts | undefined {
  const name = mapperName(place.group, place.volume);
  return [...(facts.storage?.disks ?? [])].flatMap(withChildren).find((disk) => disk.name === name);
}

function contentsOf(device: BlockDeviceFacts): string | undefined {
  const said = [
    ...(device.fsType ? [device.fsType] : []),
    ...device.mountPoints.map((place) => (place === '[SWAP]' ? 'used as swap' : `mounted on ${place}`)),
  ];
  return said.length === 0 ? undefined : said.join(', ');
}

function withChildren<Device extends { readonly children: readonly Device[] }>(device: Device): Device[] {
  return [device, ...device.children.flatMap(withChildren)];
}
