import type { BlockDeviceFacts, StorageFacts, VolumeGroupFacts } from '../../facts/facts.ts';
import { gibibyte, gigabytes, gigabytesMissing } from '../bytes.ts';
import type { StorageNode } from '../demand.ts';
import { blankDisks } from '../disks.ts';
import type { GroupRoom } from '../group-room.ts';
import { findGroup } from '../groups.ts';
import { deviceGroup, groupOn } from '../pool-device.ts';
import type { StorageWish } from '../volumes.ts';
import { fits, fitsOn, nodeRemedy, type Remedy, type Shortage, type SiteShortage } from './remedy.ts';
import { smallestThatFits } from './search.ts';

/** A group that is absent or broken: no size of volume helps. */
export function repair(short: Shortage): Remedy[] {
  const { room, storage } = short;
  return room.groups.flatMap((group): Remedy[] => {
    if (!group.trouble) return [];
    const found = findGroup(storage, group.name);
    if (found && found.missingPhysicalVolumes > 0) return [dropped(group.trouble.advice, found, short)];
    if (found || group.name === deviceGroup) return [nodeRemedy('repair', `${group.trouble.advice}.`, false)];
    const [blank] = blankDisks(storage);
    if (blank) return [made(group.name, blank, short)];
    return storage.volumeGroups.length > 0 ? [] : [madeOnNewDisk(group)];
  });
}

/** The disks that are there stay, with what is free on them. */
function dropped(advice: string, group: VolumeGroupFacts, short: Shortage): Remedy {
  const volumeGroups = short.storage.volumeGroups.map((each) =>
    each === group ? { ...each, missingPhysicalVolumes: 0 } : each,
  );
  const enough = fitsOn({ ...short.storage, volumeGroups }, short);
  const alone = enough ? '' : ', not enough alone';
  return nodeRemedy('repair', `${advice} (${gigabytes(group.freeBytes)} free are left${alone}).`, enough);
}

function made(name: string, { path, sizeBytes }: BlockDeviceFacts, short: Shortage): Remedy {
  const volumeGroups = [...short.storage.volumeGroups, groupOn(name, { path, sizeBytes })];
  const enough = fitsOn({ ...short.storage, volumeGroups }, short);
  return nodeRemedy('repair', `Make it on the blank disk: vgcreate ${name} ${path} (${gigabytes(sizeBytes)}).`, enough);
}

/** With room for the reserve and for what LVM keeps of a disk for itself. */
function madeOnNewDisk({ name, poolBytes, localBytes }: GroupRoom): Remedy {
  const need = (poolBytes + localBytes) / gibibyte;
  const gib = Math.ceil(Math.max(need + 10, need / 0.95)) + 1;
  return nodeRemedy(
    'repair',
    `Put in a disk of ${gib} GB or more and make the group on it: vgcreate ${name} DISK.`,
    true,
  );
}

export function extend(short: Shortage): Remedy[] {
  return short.room.groups.flatMap((group): Remedy[] => {
    const found = findGroup(short.storage, group.name);
    if (group.leftBytes >= 0 || !found || group.trouble) return [];
    const enough = (bytes: number) => fitsOn(withMore(short.storage, found, bytes), short);
    const disks = blankDisks(short.storage).map(({ path, sizeBytes, model }): Remedy => {
      const does = enough(sizeBytes);
      const what = [gigabytes(sizeBytes), ...(model ? [model] : []), ...(does ? [] : ['not enough alone'])].join(', ');
      return nodeRemedy('extend', `vgextend ${group.name} ${path} (blank, ${what}).`, does);
    });
    const unpartitioned = spareSpace(short.storage).map(({ path, bytes }): Remedy => {
      const does = enough(bytes);
      const alone = does ? '' : ' (not enough alone)';
      const text = `Make a partition of the ${gigabytes(bytes)} that ${path} has beside its partitions, then vgextend ${group.name} with it${alone}.`;
      return nodeRemedy('extend', text, does);
    });
    if (disks.length + unpartitioned.length > 0) return [...disks, ...unpartitioned];
    const gib = smallestThatFits((size) => enough(size * gibibyte));
    if (gib === undefined) return [];
    return [nodeRemedy('extend', `Put in a disk of ${gib} GB or more and vgextend ${group.name} with it.`, true)];
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

export function growShared({ site }: SiteShortage, short: Shortage): Remedy[] {
  const { pool, node } = short.wanted;
  const { shared } = short.room;
  if (!pool || !shared) return [];
  if (pool.from === 'typed' && pool.gib < pool.neededGiB) {
    const text = `Make the logical volume ${pool.volume} ${pool.neededGiB} GB instead of ${pool.gib}: the pool then holds what is wanted.`;
    const enough = fits(withoutSize(site), short, withoutOwnSize(node));
    return [{ kind: 'grow-shared', scope: node.storage?.shared?.size === undefined ? 'site' : 'node', text, enough }];
  }
  if (!shared.exists || shared.deficitBytes === 0) return [];
  const grown = pool.neededGiB * gibibyte;
  const more = grown - shared.rawBytes;
  const storage = withGrown(short.storage, pool, grown, more);
  const free = findGroup(short.storage, pool.group)?.freeBytes ?? 0;
  const command = `lvextend -L ${pool.neededGiB}G ${pool.group}/${pool.volume}`;
  const text =
    free < more
      ? `Put ${gigabytesMissing(more - free)} more into ${pool.group} (vgextend with a blank disk), then ${command}.`
      : `Grow the logical volume: ${command} (${gigabytes(more)} more; ${gigabytes(free)} are free in ${pool.group}).`;
  return [nodeRemedy('grow-shared', text, free < more || fitsOn(storage, short))];
}

function withoutSize(site: StorageWish): StorageWish {
  const { size: _, ...shared } = site.storage.shared;
  return { ...site, storage: { ...site.storage, shared } };
}

function withoutOwnSize(node: StorageNode): StorageNode {
  const { size: _, ...shared } = node.storage?.shared ?? {};
  return { ...node, storage: { ...node.storage, shared } };
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
