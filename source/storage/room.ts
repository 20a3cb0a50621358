import type { StorageFacts, VolumeGroupFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import { defined } from '../text/defined.ts';
import { gibibyte, wholeExtents } from './bytes.ts';
import { sharedEngine } from './engines.ts';
import { findGroup, type GroupTrouble, groupTrouble, reserveOf } from './groups.ts';
import { carriesPool, type NodeRole, type SharedVolume, sharedVolume } from './shared.ts';
import { demand, type StorageWish, volumesFor, type WantedVolume } from './volumes.ts';

/** What a site wants stored, worked out once for all nodes. */
export interface StorageDemand {
  readonly wish: StorageWish;
  readonly product: Product;
  readonly role: NodeRole;
  /** Those that a node of this role must be able to carry. */
  readonly volumes: readonly WantedVolume[];
  readonly local: readonly WantedVolume[];
  /** The pool's logical volume; undefined where none is needed or the engine is not ours. */
  readonly pool: SharedVolume | undefined;
  readonly sharedBytes: number;
}

export function storageDemand(wish: StorageWish, product: Product, role: NodeRole = 'manager'): StorageDemand {
  const volumes = volumesFor(wish, product).filter((volume) => volume.class === 'unshared' || carriesPool(role));
  return {
    wish,
    product,
    role,
    volumes,
    local: volumes.filter((volume) => volume.class === 'unshared'),
    pool: carriesPool(role) ? sharedVolume(wish, product) : undefined,
    sharedBytes: demand(volumes, 'shared'),
  };
}

/** One volume group that is in play on a node. Bytes. */
export interface GroupRoom {
  readonly name: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Kept free. */
  readonly reserveBytes: number;
  /** What the pool's logical volume takes when it is not there yet. */
  readonly poolBytes: number;
  /** What local volumes take that are not there yet. */
  readonly localBytes: number;
  /** Free after all that and the reserve; below zero where it does not fit. */
  readonly leftBytes: number;
  readonly trouble?: GroupTrouble;
}

/** Room for volumes of one class on a node. Bytes of volumes, not of the devices below. */
export interface ClassRoom {
  readonly group: string;
  readonly haveBytes: number;
  readonly needBytes: number;
  readonly deficitBytes: number;
  /** The largest volume that does not fit. */
  readonly misfit?: WantedVolume;
}

export interface PoolRoom extends ClassRoom {
  readonly volume: string;
  /** Whether the logical volume lies there already. */
  readonly exists: boolean;
  /** Size of the logical volume, as it is or as it would be made. */
  readonly rawBytes: number;
}

export interface NodeRoom {
  readonly groups: readonly GroupRoom[];
  /** Undefined where nothing shared is ours to hold. */
  readonly shared?: PoolRoom;
  readonly unshared: ClassRoom;
}

/**
 * What a node has and needs, counted strictly: every node must be able to carry one of each local volume and
 * the whole pool. The pool's logical volume is deducted before local volumes. `docs/storage.md`.
 */
export function nodeRoom(wanted: StorageDemand, storage: StorageFacts): NodeRoom {
  const { pool, wish } = wanted;
  const localGroup = wish.storage.unshared.volumeGroup;
  const made = madePool(wanted, storage);
  const names = new Set(pool ? [pool.group] : []);
  if (wanted.local.length > 0 || findGroup(storage, localGroup)) names.add(localGroup);
  const newPool = pool && !made ? { group: pool.group, bytes: pool.gib * gibibyte } : undefined;
  const pending = notYetThere(wanted.local, storage, localGroup);
  const groups = [...names].map((name) => groupRoom(storage, name, newPool, name === localGroup ? pending : []));
  const unshared = localRoom(wanted.local, pending, groups, localGroup, storage);
  const shared = poolRoom(wanted, groups, made);
  return shared ? { groups, shared, unshared } : { groups, unshared };
}

/** The pool's logical volume as it lies there; also where nothing is shared, so that it is shown for what it holds. */
function madePool({ wish, role }: StorageDemand, storage: StorageFacts): LogicalVolume | undefined {
  const { engine, volumeGroup, volume } = wish.storage.shared;
  if (!sharedEngine(engine).ours || !carriesPool(role)) return undefined;
  return storage.logicalVolumes.find((lv) => lv.name === volume && lv.volumeGroup === volumeGroup);
}

type LogicalVolume = StorageFacts['logicalVolumes'][number];

function groupRoom(
  storage: StorageFacts,
  name: string,
  newPool: { readonly group: string; readonly bytes: number } | undefined,
  pending: readonly WantedVolume[],
): GroupRoom {
  const group = findGroup(storage, name);
  const poolBytes = newPool?.group === name ? wholeExtents(newPool.bytes, group?.extentBytes ?? 0) : 0;
  const localBytes = lvBytes(pending, group);
  if (!group) {
    const there = storage.volumeGroups.map((each) => each.name);
    const what = there.length === 0 ? 'There is no LVM volume group at all.' : `There is no volume group ${name}.`;
    const advice = there.length === 0 ? `vgcreate ${name} DISK` : `There is ${there.join(', ')}`;
    const leftBytes = -(poolBytes + localBytes);
    return {
      name,
      sizeBytes: 0,
      freeBytes: 0,
      reserveBytes: 0,
      poolBytes,
      localBytes,
      leftBytes,
      trouble: { what, advice },
    };
  }
  const trouble = groupTrouble(storage, group);
  const reserveBytes = reserveOf(group);
  const leftBytes = (trouble ? 0 : group.freeBytes - reserveBytes) - poolBytes - localBytes;
  const { sizeBytes, freeBytes } = group;
  return {
    name,
    sizeBytes,
    freeBytes,
    reserveBytes,
    poolBytes,
    localBytes,
    leftBytes,
    ...defined({ trouble }),
  };
}

/** Bytes of a group that volumes may take. */
export function allocatable(group: GroupRoom): number {
  return group.trouble ? 0 : Math.max(0, group.freeBytes - group.reserveBytes);
}

function localRoom(
  local: readonly WantedVolume[],
  pending: readonly WantedVolume[],
  groups: readonly GroupRoom[],
  name: string,
  storage: StorageFacts,
): ClassRoom {
  const found = findGroup(storage, name);
  const group = groups.find((each) => each.name === name);
  const needBytes = lvBytes(local, found);
  const carriedBytes = needBytes - lvBytes(pending, found);
  const free = group ? Math.max(0, allocatable(group) - group.poolBytes) : 0;
  const misfit = firstMisfit(pending, free);
  const deficitBytes = Math.max(0, needBytes - carriedBytes - free);
  return { group: name, haveBytes: free + carriedBytes, needBytes, deficitBytes, ...defined({ misfit }) };
}

function poolRoom(
  wanted: StorageDemand,
  groups: readonly GroupRoom[],
  made: LogicalVolume | undefined,
): PoolRoom | undefined {
  const { pool, sharedBytes } = wanted;
  const { engine, volumeGroup, volume } = wanted.wish.storage.shared;
  if (!pool && !made) return undefined;
  const asked = (pool?.gib ?? 0) * gibibyte;
  const group = groups.find((each) => each.name === volumeGroup);
  const rawBytes = made?.sizeBytes ?? asked;
  const haveBytes = sharedEngine(engine).usable(made ? rawBytes : Math.min(asked, group ? allocatable(group) : 0));
  const misfit = firstMisfit(
    wanted.volumes.filter((each) => each.class === 'shared'),
    haveBytes,
  );
  return {
    group: volumeGroup,
    volume,
    exists: made !== undefined,
    rawBytes,
    haveBytes,
    needBytes: sharedBytes,
    deficitBytes: Math.max(0, sharedBytes - haveBytes),
    ...defined({ misfit }),
  };
}

/** Largest first: the first that does not fit into what is left. */
function firstMisfit(volumes: readonly WantedVolume[], bytes: number): WantedVolume | undefined {
  let left = bytes;
  for (const volume of [...volumes].sort((a, b) => b.gib - a.gib)) {
    if (volume.gib * gibibyte > left) return volume;
    left -= volume.gib * gibibyte;
  }
  return undefined;
}

function lvBytes(volumes: readonly WantedVolume[], group: VolumeGroupFacts | undefined): number {
  return volumes.reduce((sum, volume) => sum + wholeExtents(volume.gib * gibibyte, group?.extentBytes ?? 0), 0);
}

/**
 * Local volumes that the node does not carry yet. LVM LocalPV names its logical volumes `pvc-…`; one of exactly the
 * wanted size counts as the volume made by an earlier run, so that a cluster that is complete is not called short.
 */
function notYetThere(local: readonly WantedVolume[], storage: StorageFacts, group: string): WantedVolume[] {
  const extent = findGroup(storage, group)?.extentBytes ?? 0;
  const made = storage.logicalVolumes
    .filter((volume) => volume.volumeGroup === group && volume.name.startsWith('pvc-'))
    .map((volume) => volume.sizeBytes);
  return local.filter((volume) => {
    const at = made.indexOf(wholeExtents(volume.gib * gibibyte, extent));
    if (at < 0) return true;
    made.splice(at, 1);
    return false;
  });
}
