import { mapperName, mapperPath } from '../../facts/mapper-name.ts';
import type { Disk, Luks, Machine } from '../model/machine.ts';
import { lvmUuidOf, uuidOf } from '../model/random.ts';

/** What vgcreate takes when nothing else is asked for. */
export const extentBytes = 4 * 1024 ** 2;

/** One node of lsblk's tree. */
export interface BlockDevice {
  readonly name: string;
  readonly path: string;
  readonly type: 'disk' | 'part' | 'lvm' | 'crypt';
  readonly sizeBytes: number;
  readonly fsType?: string;
  readonly uuid?: string;
  readonly partUuid?: string;
  readonly mountPoints: readonly string[];
  readonly disk: Disk;
  readonly children: readonly BlockDevice[];
}

/** `sda1`, `nvme0n1p1`. */
export const partitionName = (disk: string, number: number): string =>
  /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;

/** All disks with what lies on them, as lsblk shows them. A volume that spans two disks is under the first. */
export function blockDevices(machine: Machine): BlockDevice[] {
  return machine.hardware.disks.map((disk) => {
    const path = `/dev/${disk.name}`;
    const whole = {
      name: disk.name,
      path,
      type: 'disk' as const,
      sizeBytes: disk.sizeBytes,
      disk,
      mountPoints: disk.mount === undefined ? [] : [disk.mount],
    };
    const physical = machine.lvm.physical.find((candidate) => candidate.name === path);
    if (physical) return { ...whole, ...asPhysical(machine, physical, disk) };
    const fsType =
      disk.fsType === undefined ? {} : { fsType: disk.fsType, uuid: uuidOf(`fs/${machine.id}/${disk.name}`) };
    const inner = opened(disk.luks, disk.sizeBytes, disk);
    return { ...whole, children: [...partitions(machine, disk), ...inner], ...fsType };
  });
}

function partitions(machine: Machine, disk: Disk): BlockDevice[] {
  const identity = `${machine.hardware.productUuid}/${disk.name}`;
  return disk.partitions.map((part, index): BlockDevice => {
    const name = partitionName(disk.name, index + 1);
    const physical = machine.lvm.physical.find((candidate) => candidate.name === `/dev/${name}`);
    return {
      name,
      path: `/dev/${name}`,
      type: 'part',
      sizeBytes: physical?.deviceBytes ?? part.sizeBytes,
      partUuid: uuidOf(`part/${identity}/${name}`),
      mountPoints: part.mount === undefined ? [] : [part.mount],
      disk,
      children: [],
      ...(part.fsType === undefined ? {} : { fsType: part.fsType, uuid: uuidOf(`fs/${identity}/${name}`) }),
      ...(physical ? asPhysical(machine, physical, disk) : {}),
    };
  });
}

type Physical = Machine['lvm']['physical'][number];

function asPhysical(machine: Machine, physical: Physical, disk: Disk) {
  const children = logicalVolumes(machine, physical, disk);
  return { fsType: 'LVM2_member', uuid: physical.uuid, children };
}

function logicalVolumes(machine: Machine, physical: Physical, disk: Disk): BlockDevice[] {
  const { group } = physical;
  return machine.lvm.logical
    .filter((volume) => volume.group === group && physicalUnder(machine, volume)[0] === physical)
    .map((volume) => ({
      name: mapperName(group, volume.name),
      path: mapperPath(group, volume.name),
      type: 'lvm' as const,
      sizeBytes: volume.extents * extentOf(machine, group),
      mountPoints: volume.mount === undefined ? [] : [volume.mount],
      disk,
      children: opened(volume.luks, volume.extents * extentOf(machine, group), disk),
      ...(volume.signature === undefined ? {} : { fsType: volume.signature, uuid: uuidOf(`fs/${volume.uuid}`) }),
    }));
}

/** The physical volumes that carry a logical volume: a group is filled from its first one on. */
export function physicalUnder(machine: Machine, { name, group }: Machine['lvm']['logical'][number]): Physical[] {
  const volumes = machine.lvm.logical.filter((one) => one.group === group);
  const place = volumes.findIndex((one) => one.name === name);
  const extents = (some: readonly { readonly extents: number }[]) => some.reduce((sum, one) => sum + one.extents, 0);
  const from = extents(volumes.slice(0, place));
  const to = from + (volumes[place]?.extents ?? 0);
  const all = machine.lvm.physical.filter((one) => one.group === group);
  return all.filter((one, index) => {
    const begin = extents(all.slice(0, index));
    return begin < to && begin + one.extents > from;
  });
}

/** Takes what lies on a disk or partition away: a file system, LVM's label, on a disk its partitions. */
export function eraseDevice(machine: Machine, path: string): void {
  machine.lvm.physical = machine.lvm.physical.filter(({ name }) => name !== path);
  for (const disk of machine.hardware.disks) {
    const part = disk.partitions.find((_, index) => path === `/dev/${partitionName(disk.name, index + 1)}`);
    if (part) delete part.fsType;
    if (path !== `/dev/${disk.name}`) continue;
    delete disk.fsType;
    delete disk.luks;
    disk.partitions = [];
  }
}

/** LUKS2 keeps 16 MiB for itself. */
function opened(luks: Luks | undefined, sizeBytes: number, disk: Disk): BlockDevice[] {
  if (luks?.name === undefined) return [];
  const { name, fsType, mount } = luks;
  const inside = { sizeBytes: sizeBytes - 16 * 1024 ** 2, mountPoints: mount === undefined ? [] : [mount] };
  const path = `/dev/mapper/${name}`;
  return [{ name, path, type: 'crypt', disk, children: [], ...inside, ...(fsType === undefined ? {} : { fsType }) }];
}

export function extentOf(machine: Machine, group: string): number {
  return machine.lvm.groups.find((candidate) => candidate.name === group)?.extentBytes ?? extentBytes;
}

/** Extents of a group: all, and those that no logical volume has. */
export function extentsOf(machine: Machine, group: string): { readonly total: number; readonly free: number } {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const total = sum(machine.lvm.physical.filter((physical) => physical.group === group).map(({ extents }) => extents));
  const used = sum(machine.lvm.logical.filter((volume) => volume.group === group).map(({ extents }) => extents));
  return { total, free: total - used };
}

/** Takes extents of a group for a new volume. */
export function addVolume(
  machine: Machine,
  group: string,
  name: string,
  extents: number,
  tags: readonly string[],
): Machine['lvm']['logical'][number] {
  const serial = machine.lvm.logical.length;
  const uuid = lvmUuidOf(`lv/${machine.id}/${machine.bootId}/${name}/${serial}`);
  const volume: Machine['lvm']['logical'][number] = { name, uuid, group, extents, tags: [...tags] };
  machine.lvm.logical.push(volume);
  return volume;
}
