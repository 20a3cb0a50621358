import type { StorageFacts } from '../facts/facts.ts';
import { mapperPath } from '../facts/mapper-name.ts';
import type { DeclaredVolume, SiteNode } from '../site/schema.ts';
import { gibibyte, gigabytes, wholeExtents } from './bytes.ts';
import { diskRows } from './disks.ts';
import { findGroup, groupTrouble } from './groups.ts';
import { deviceAt, eraseTrouble } from './pool-device.ts';

/** Where a declared volume is mounted that says nothing. */
export const mountOf = ({ name, mount }: Pick<DeclaredVolume, 'name' | 'mount'>): string =>
  mount ?? `/var/lib/kloudspot/volumes/${name}`;

/** The device under it, as it is mounted: a logical volume by its mapper name, else the path of the site. */
export const pathOf = ({ name, volumeGroup, device }: DeclaredVolume): string =>
  volumeGroup === undefined ? (device ?? '') : mapperPath(volumeGroup, name);

/** Whole GB that a claim can ask of it: of a device what its file system leaves, about 97 %. */
export function capacityOf(volume: DeclaredVolume, storage: StorageFacts | undefined): number {
  if (volume.size !== undefined) return volume.size;
  const device = storage && volume.device !== undefined ? deviceAt(storage, volume.device) : undefined;
  return Math.max(1, Math.floor(((device?.sizeBytes ?? 0) * 0.97) / gibibyte));
}

/** Why it cannot be made on the node, in a sentence; undefined where it can, or is there. */
export function declaredTrouble(volume: DeclaredVolume, storage: StorageFacts): string | undefined {
  const { name, volumeGroup, device } = volume;
  if (volumeGroup === undefined) return deviceProblem(volume, storage);
  const group = findGroup(storage, volumeGroup);
  if (!group) return `The volume group ${volumeGroup} for ${name} does not exist.`;
  const missing = missingBytes(volume, storage);
  const trouble = missing > 0 ? groupTrouble(storage, group) : undefined;
  if (trouble) return trouble.what;
  if (group.freeBytes < missing)
    return `${volumeGroup} has ${gigabytes(group.freeBytes)} of the ${gigabytes(missing)} that ${name} takes.`;
  return device === undefined ? undefined : `${name} names a group and a device.`;
}

function deviceProblem(volume: DeclaredVolume, storage: StorageFacts): string | undefined {
  const found = deviceAt(storage, volume.device ?? '');
  if (!found) return `The device ${volume.device} for ${volume.name} does not exist.`;
  // An encrypted one is mounted by the device that it is opened as.
  if ([found, ...found.children].some(({ mountPoints }) => mountPoints.includes(mountOf(volume)))) return undefined;
  const row = diskRows(storage).find((each) => each.device === found);
  const trouble = row && !row.usable ? eraseTrouble(row, volume.erase) : undefined;
  return trouble === undefined ? undefined : `${volume.device} cannot hold ${volume.name}: ${trouble}.`;
}

/** Bytes that its logical volume still takes of the group. */
function missingBytes({ name, volumeGroup, size = 0 }: DeclaredVolume, storage: StorageFacts): number {
  const there = storage.logicalVolumes.find((each) => each.name === name && each.volumeGroup === volumeGroup);
  const wanted = wholeExtents(size * gibibyte, findGroup(storage, volumeGroup ?? '')?.extentBytes ?? 0);
  return Math.max(0, wanted - (there?.sizeBytes ?? 0));
}

/** The node's groups without what its declared volumes still take: they are made before all others. */
export function withDeclared(storage: StorageFacts, { volumes = [] }: Pick<SiteNode, 'volumes'>): StorageFacts {
  if (volumes.length === 0) return storage;
  const taken = (group: string) =>
    volumes.reduce((sum, each) => (each.volumeGroup === group ? sum + missingBytes(each, storage) : sum), 0);
  return {
    ...storage,
    volumeGroups: storage.volumeGroups.map((group) => ({
      ...group,
      freeBytes: Math.max(0, group.freeBytes - taken(group.name)),
    })),
  };
}
