import type { StorageFacts, VolumeGroupFacts } from '../../facts/facts.ts';
import { mapperPath } from '../../facts/mapper-name.ts';
import { gibibyte, gigabytes, gigabytesMissing } from '../bytes.ts';
import { blankDisks } from '../disks.ts';
import { findGroup, groupTrouble } from '../groups.ts';
import type { GroupRoom, StorageDemand } from '../room.ts';
import { fits, type Remedy, type Shortage } from './remedy.ts';
import { smallestThatFits } from './search.ts';

/** A group that is absent or broken: no size of volume helps. */
export function repair({ room, storage, wanted }: Shortage): Remedy[] {
  return room.groups.flatMap((group): Remedy[] => {
    if (!group.trouble) return [];
    if (findGroup(storage, group.name)) return [{ kind: 'repair', text: `${group.trouble.advice}.`, enough: false }];
    const blank = blankDisks(storage)[0];
    const others = storage.volumeGroups.filter((each) => !groupTrouble(storage, each) && each.freeBytes > 0);
    return [
      ...others.map((other) => renameOrUse(other, group.name, storage, wanted)),
      ...(blank ? [made(group.name, blank.path, blank.sizeBytes)] : []),
      ...(blank || others.length > 0 ? [] : [madeOnNewDisk(group)]),
    ];
  });
}

function made(group: string, path: string, bytes: number): Remedy {
  return {
    kind: 'repair',
    text: `Make it on the blank disk: vgcreate ${group} ${path} (${gigabytes(bytes)}).`,
    enough: false,
  };
}

/** With room for the reserve and for what LVM keeps of a disk for itself. */
function madeOnNewDisk({ name, poolBytes, localBytes }: GroupRoom): Remedy {
  const need = (poolBytes + localBytes) / gibibyte;
  const gib = Math.ceil(Math.max(need + 10, need / 0.95)) + 1;
  return {
    kind: 'repair',
    text: `Put in a disk of ${gib} GB or more and make the group on it: vgcreate ${name} DISK.`,
    enough: true,
  };
}

function renameOrUse(other: VolumeGroupFacts, name: string, storage: StorageFacts, wanted: StorageDemand): Remedy {
  const free = `${gigabytes(other.freeBytes)} free`;
  const holdsRoot = storage.logicalVolumes.some(
    (volume) => volume.volumeGroup === other.name && storage.root.device.endsWith(volume.path.replace('/dev/', '')),
  );
  const rooted = holdsRoot || storage.root.device.startsWith(mapperPath(other.name, ''));
  const field = wanted.wish.storage.unshared.volumeGroup === name ? 'unshared' : 'shared';
  const text = rooted
    ? `Name ${other.name} (${free}) as the group for ${field} volumes, if every node has it.`
    : `Give the group ${other.name} (${free}) the name wanted: vgrename ${other.name} ${name}, or name ${other.name} in the site.`;
  return { kind: 'other-group', text, enough: false };
}

export function extend(short: Shortage): Remedy[] {
  return short.room.groups.flatMap((group): Remedy[] => {
    const found = findGroup(short.storage, group.name);
    if (group.leftBytes >= 0 || !found || group.trouble) return [];
    const { wish } = short.wanted;
    const enough = (bytes: number) => fits(wish, short, withMore(short.storage, found, bytes));
    const disks = blankDisks(short.storage).map((disk): Remedy => {
      const what = [gigabytes(disk.sizeBytes), ...(disk.model ? [disk.model] : [])].join(', ');
      return {
        kind: 'extend',
        text: `vgextend ${group.name} ${disk.path} (blank, ${what}).`,
        enough: enough(disk.sizeBytes),
      };
    });
    const unpartitioned = spareSpace(short.storage).map(({ path, bytes }): Remedy => {
      const text = `Make a partition of the ${gigabytes(bytes)} that ${path} has beside its partitions, then vgextend ${group.name} with it.`;
      return { kind: 'extend', text, enough: enough(bytes) };
    });
    if (disks.length + unpartitioned.length > 0) return [...disks, ...unpartitioned];
    const gib = smallestThatFits((size) => enough(size * gibibyte));
    if (gib === undefined) return [];
    return [
      { kind: 'extend', text: `Put in a disk of ${gib} GB or more and vgextend ${group.name} with it.`, enough: true },
    ];
  });
}

/** What disks with partitions have outside of them, from one GiB on. The partition table itself takes less than a MiB at both ends. */
function spareSpace({ disks }: StorageFacts): { readonly path: string; readonly bytes: number }[] {
  return disks.flatMap(({ path, type, sizeBytes, removable, readOnly, children }) => {
    const parts = children.filter((child) => child.type === 'part');
    const bytes = sizeBytes - parts.reduce((sum, part) => sum + part.sizeBytes, 0) - 2 ** 21;
    const usable = type === 'disk' && !removable && !readOnly && parts.length > 0;
    return usable && bytes >= gibibyte ? [{ path, bytes }] : [];
  });
}

/** One PV's label and metadata take the first MiB and what does not fill an extent: `docs/storage.md`. */
function withMore(storage: StorageFacts, group: VolumeGroupFacts, diskBytes: number): StorageFacts {
  const extents = Math.floor(Math.max(0, diskBytes - 2 ** 20) / group.extentBytes) * group.extentBytes;
  const volumeGroups = storage.volumeGroups.map((each) =>
    each.name === group.name
      ? { ...each, sizeBytes: each.sizeBytes + extents, freeBytes: each.freeBytes + extents }
      : each,
  );
  return { ...storage, volumeGroups };
}

export function growShared(short: Shortage): Remedy[] {
  const { pool, wish } = short.wanted;
  const { shared } = short.room;
  if (!pool || !shared) return [];
  const { size: _, ...others } = wish.storage.shared;
  const asComputed = { ...wish, storage: { ...wish.storage, shared: others } };
  if (!shared.exists) {
    if (pool.from === 'computed' || pool.gib === pool.neededGiB) return [];
    const text = `Make the logical volume ${pool.volume} ${pool.neededGiB} GB instead of ${pool.gib}: the pool then holds what is wanted.`;
    return [{ kind: 'grow-shared', text, enough: fits(asComputed, short) }];
  }
  if (shared.deficitBytes === 0) return [];
  const grown = pool.neededGiB * gibibyte;
  const more = grown - shared.rawBytes;
  const storage = withGrown(short.storage, pool, grown, more);
  const free = findGroup(short.storage, pool.group)?.freeBytes ?? 0;
  const command = `lvextend -L ${pool.neededGiB}G ${pool.group}/${pool.volume}`;
  const text =
    free < more
      ? `Put ${gigabytesMissing(more - free)} more into ${pool.group} (vgextend with a blank disk), then ${command}.`
      : `Grow the logical volume: ${command} (${gigabytes(more)} more; ${gigabytes(free)} are free in ${pool.group}).`;
  return [{ kind: 'grow-shared', text, enough: free < more || fits(wish, short, storage) }];
}

function withGrown(
  storage: StorageFacts,
  pool: { readonly group: string; readonly volume: string },
  bytes: number,
  more: number,
): StorageFacts {
  return {
    ...storage,
    logicalVolumes: storage.logicalVolumes.map((volume) =>
      volume.name === pool.volume && volume.volumeGroup === pool.group ? { ...volume, sizeBytes: bytes } : volume,
    ),
    volumeGroups: storage.volumeGroups.map((group) =>
      group.name === pool.group ? { ...group, freeBytes: group.freeBytes - more } : group,
    ),
  };
}
