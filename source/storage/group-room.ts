import type { StorageFacts, VolumeGroupFacts } from '../facts/facts.ts';
import { defined } from '../text/defined.ts';
import { gibibyte, wholeExtents } from './bytes.ts';
import { findGroup, type GroupTrouble, groupTrouble, reserveOf } from './groups.ts';
import type { StorageWish, WantedVolume } from './volumes.ts';

/** One volume group that is in play on a node. Bytes. */
export interface GroupRoom {
  readonly name: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Kept free. */
  readonly reserveBytes: number;
  /** What the pool's logical volume takes when it is not there yet. */
  readonly poolBytes: number;
  /** What unshared volumes take that are not there yet. */
  readonly localBytes: number;
  /** Free after all that and the reserve; below zero where it does not fit. */
  readonly leftBytes: number;
  readonly trouble?: GroupTrouble;
  /** Whether anything that is wanted lies in it, or is to be made there. */
  readonly carries: boolean;
}

/** What a group is asked for. */
export interface GroupUse {
  /** Undefined: the default of `reserveOf`. */
  readonly reserveGiB: number | undefined;
  /** Of the pool's volume where it is not there yet. */
  readonly poolBytes: number;
  readonly local: readonly WantedVolume[];
  /** Whether anything that is wanted lies in it, or is to be made there. */
  readonly carries: boolean;
  /** Why it cannot be made, where it is one that is still to be made. */
  readonly absent?: GroupTrouble | undefined;
}

export function groupRoom(storage: StorageFacts, name: string, use: GroupUse): GroupRoom {
  const group = findGroup(storage, name);
  const poolBytes = wholeExtents(use.poolBytes, group?.extentBytes ?? 0);
  const localBytes = lvBytes(use.local, group);
  const { carries } = use;
  if (!group) return absentGroup(storage, { name, poolBytes, localBytes, carries }, use.absent);
  const trouble = groupTrouble(storage, group);
  const { sizeBytes, freeBytes } = group;
  const reserveBytes = use.reserveGiB === undefined ? reserveOf(group) : use.reserveGiB * gibibyte;
  const leftBytes = (trouble ? 0 : freeBytes - reserveBytes) - poolBytes - localBytes;
  const made = { name, sizeBytes, freeBytes, reserveBytes, poolBytes, localBytes, leftBytes, carries };
  return { ...made, ...defined({ trouble }) };
}

function absentGroup(
  { volumeGroups }: StorageFacts,
  wanted: Pick<GroupRoom, 'name' | 'poolBytes' | 'localBytes' | 'carries'>,
  known: GroupTrouble | undefined,
): GroupRoom {
  const there = volumeGroups.map((each) => each.name).join(', ');
  const trouble =
    known ??
    (there === ''
      ? { what: 'No LVM volume group was found.', advice: `vgcreate ${wanted.name} DISK` }
      : { what: `The volume group ${wanted.name} does not exist; found: ${there}.`, advice: `Found: ${there}` });
  const leftBytes = -(wanted.poolBytes + wanted.localBytes);
  return { ...wanted, sizeBytes: 0, freeBytes: 0, reserveBytes: 0, leftBytes, trouble };
}

/** Bytes of a group that volumes may take. */
export function allocatable(group: GroupRoom): number {
  return group.trouble ? 0 : Math.max(0, group.freeBytes - group.reserveBytes);
}

export function lvBytes(volumes: readonly WantedVolume[], group: VolumeGroupFacts | undefined): number {
  return volumes.reduce((sum, volume) => sum + wholeExtents(volume.gib * gibibyte, group?.extentBytes ?? 0), 0);
}

/**
 * Local volumes that the node does not carry yet. LVM LocalPV names its logical volumes `pvc-…`; one of exactly the
 * wanted size counts as the volume made by an earlier run, so that a cluster that is complete is not called short.
 * Where its claims were seen, one of their size is the volume, and what it grows by is still to be made.
 */
export function notYetThere(
  local: readonly WantedVolume[],
  storage: StorageFacts,
  group: string,
  claimed: StorageWish['claimed'],
): WantedVolume[] {
  const extent = findGroup(storage, group)?.extentBytes ?? 0;
  const made = storage.logicalVolumes
    .filter((volume) => volume.volumeGroup === group && volume.name.startsWith('pvc-'))
    .map((volume) => volume.sizeBytes);
  return local.flatMap((volume) => {
    const sizes = claimed?.get(volume.id) ?? [volume.gib * gibibyte];
    const found = sizes.map((bytes) => wholeExtents(bytes, extent)).find((bytes) => made.includes(bytes));
    if (found === undefined) return [volume];
    made.splice(made.indexOf(found), 1);
    const moreGiB = Math.ceil((volume.gib * gibibyte - found) / gibibyte);
    return moreGiB > 0 ? [{ ...volume, gib: moreGiB }] : [];
  });
}
