import type { BlockDeviceFacts, StorageFacts, VolumeGroupFacts } from '../facts/facts.ts';
import { kloudspot } from '../text/command.ts';
import { type DiskRow, diskRows } from './disks.ts';
import type { GroupTrouble } from './groups.ts';

/** The group that is made on a disk or partition of its own for the pool; nothing else lies in it. */
export const deviceGroup = 'kloudspot-pool';

/** vgcreate(8): 4 MiB where nothing is said. */
const extentBytes = 4 * 2 ** 20;

/** A name that the next boot does not change: by its WWN where it has one. A partition shows the WWN of its disk. */
export function stableName({ path, type, wwn }: BlockDeviceFacts): string {
  if (type !== 'disk' || wwn === undefined) return path;
  return `/dev/disk/by-id/${wwn.startsWith('0x') ? 'wwn' : 'nvme'}-${wwn}`;
}

/** The device that a path of the site names: as the kernel calls it, or by its WWN or serial under /dev/disk/by-id. */
export function deviceAt(storage: StorageFacts, path: string): BlockDeviceFacts | undefined {
  const id = /^\/dev\/disk\/by-id\/(.+)$/.exec(path)?.[1];
  return diskRows(storage)
    .map(({ device }) => device)
    .find(({ path: own, wwn, serial, type }) => {
      if (id === undefined) return own === path;
      const named =
        (wwn !== undefined && [`wwn-${wwn}`, `nvme-${wwn}`].includes(id)) ||
        (serial !== undefined && id.endsWith(`_${serial}`));
      return type === 'disk' && named;
    });
}

/** Why a device that is not blank stays as it is, in words; undefined where its name was typed, and it may be erased. */
export function eraseTrouble({ device, why, data }: DiskRow, erase: string | undefined): string | undefined {
  if (erase === undefined) return why;
  if (data === undefined) return `${why}, so it cannot be erased`;
  return erase === device.name ? undefined : `it is ${device.name} now, and ${erase} is the name that was typed`;
}

/** Paths whose signatures are wiped, partitions before their disk; none where the device is blank, or must not be erased. */
export function pathsToErase(storage: StorageFacts, device: BlockDeviceFacts, erase: string | undefined): string[] {
  const row = diskRows(storage).find((each) => each.device.path === device.path);
  if (!row || row.usable || erase === undefined || eraseTrouble(row, erase) !== undefined) return [];
  return [...device.children.map(({ path }) => path), device.path];
}

/** Why the group of the pool cannot be made on that device; undefined where it can, or is made already. */
export function deviceTrouble(storage: StorageFacts, path: string, erase?: string): GroupTrouble | undefined {
  if (storage.volumeGroups.some(({ name }) => name === deviceGroup)) return undefined;
  const device = deviceAt(storage, path);
  if (!device)
    return { what: `The device ${path} does not exist.`, advice: `Name another one: ${kloudspot('storage list')}` };
  const row = diskRows(storage).find((each) => each.device === device);
  if (!row || row.usable) return undefined;
  const trouble = eraseTrouble(row, erase);
  if (trouble === undefined) return undefined;
  const knowingly = row.data === undefined ? '' : `, or have this one erased: erase: ${device.name}, beside device`;
  return {
    what: `${path} cannot hold the pool: ${trouble}.`,
    advice: `Name another device${knowingly}. What there is: ${kloudspot('storage list')}`,
  };
}

/** Disks as they will be once the group was made on the device. */
export function withDeviceGroup(storage: StorageFacts, path: string | undefined, erase?: string): StorageFacts {
  const there = storage.volumeGroups.some(({ name }) => name === deviceGroup);
  if (path === undefined || there || deviceTrouble(storage, path, erase)) return storage;
  const device = deviceAt(storage, path);
  return device ? { ...storage, volumeGroups: [...storage.volumeGroups, groupOn(deviceGroup, device)] } : storage;
}

/** A group as it will be on a blank device: LVM keeps the first MiB, and what does not fill an extent. */
export function groupOn(name: string, device: Pick<BlockDeviceFacts, 'path' | 'sizeBytes'>): VolumeGroupFacts {
  const sizeBytes = Math.floor(Math.max(0, device.sizeBytes - 2 ** 20) / extentBytes) * extentBytes;
  return {
    name,
    uuid: '',
    sizeBytes,
    freeBytes: sizeBytes,
    extentBytes,
    missingPhysicalVolumes: 0,
    exported: false,
    devices: [device.path],
  };
}
