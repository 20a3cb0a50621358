import { mapperName, mapperPath } from '../../facts/mapper-name.ts';
import { defined } from '../../text/defined.ts';
import type { Disk, Machine } from '../model/machine.ts';
import { lvmUuidOf, uuidOf } from '../model/random.ts';

/** What vgcreate takes when nothing else is asked for. */
export const extentBytes = 4 * 1024 ** 2;
const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** One node of lsblk's tree. */
export interface BlockDevice {
  readonly name: string;
  readonly path: string;
  readonly type: 'disk' | 'part' | 'lvm';
  readonly sizeBytes: number;
  readonly fsType?: string;
  readonly uuid?: string;
  readonly partUuid?: string;
  readonly mountPoints: readonly string[];
  readonly disk: Disk;
  readonly children: readonly BlockDevice[];
}

const partitionName = (disk: string, number: number) => (/\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`);

/** Partitions before the physical volume, as Ubuntu's installer makes them. */
const diskLayout = {
  root: [
    { sizeBytes: 1075 * mebibyte, fsType: 'vfat', mount: '/boot/efi' },
    { sizeBytes: 2 * gibibyte, fsType: 'ext4', mount: '/boot' },
  ],
} as const;

/** Bytes of a disk that its physical volume cannot have: the partitions before it, and the partition tables. */
export function reservedBytes(use: Disk['use']): number {
  const before = use === 'root' ? diskLayout.root : [];
  return before.reduce((sum, part) => sum + part.sizeBytes, 2 * mebibyte);
}

/** Name of the partition that is a physical volume. */
export function volumePartition(disk: { readonly name: string; readonly use: Disk['use'] }): string {
  return partitionName(disk.name, disk.use === 'root' ? 3 : 1);
}

/** All disks with what lies on them, as lsblk shows them. A volume that spans two disks stands under both. */
export function blockDevices(machine: Machine): BlockDevice[] {
  return machine.hardware.disks.map((disk) => ({
    name: disk.name,
    path: `/dev/${disk.name}`,
    type: 'disk' as const,
    sizeBytes: disk.sizeBytes,
    mountPoints: [],
    disk,
    children: partitions(machine, disk),
    ...(disk.use === 'filesystem' ? { fsType: 'ext4', uuid: uuidOf(`fs/${machine.id}/${disk.name}`) } : {}),
  }));
}

function partitions(machine: Machine, disk: Disk): BlockDevice[] {
  if (disk.use !== 'root' && disk.use !== 'group') return [];
  const before = disk.use === 'root' ? diskLayout.root : [];
  const identity = `${machine.hardware.productUuid}/${disk.name}`;
  const parts = before.map((part, index): BlockDevice => {
    const name = partitionName(disk.name, index + 1);
    return {
      name,
      path: `/dev/${name}`,
      type: 'part',
      sizeBytes: part.sizeBytes,
      fsType: part.fsType,
      uuid: uuidOf(`fs/${identity}/${name}`),
      partUuid: uuidOf(`part/${identity}/${name}`),
      mountPoints: [part.mount],
      disk,
      children: [],
    };
  });
  const name = volumePartition(disk);
  const physical = machine.lvm.physical.find((candidate) => candidate.name === `/dev/${name}`);
  parts.push({
    name,
    path: `/dev/${name}`,
    type: 'part',
    sizeBytes: physical?.deviceBytes ?? 0,
    fsType: 'LVM2_member',
    ...defined({ uuid: physical?.uuid }),
    partUuid: uuidOf(`part/${identity}/${name}`),
    mountPoints: [],
    disk,
    children: physical === undefined ? [] : logicalVolumes(machine, physical.group, disk),
  });
  return parts;
}

function logicalVolumes(machine: Machine, group: string, disk: Disk): BlockDevice[] {
  const first = machine.hardware.disks.find((candidate) => candidate.group === group);
  if (first !== disk) return [];
  return machine.lvm.logical
    .filter((volume) => volume.group === group)
    .map((volume) => ({
      name: mapperName(group, volume.name),
      path: mapperPath(group, volume.name),
      type: 'lvm' as const,
      sizeBytes: volume.extents * extentOf(machine, group),
      mountPoints: volume.mount === undefined ? [] : [volume.mount],
      disk,
      children: [],
      ...(volume.signature === undefined ? {} : { fsType: volume.signature, uuid: uuidOf(`fs/${volume.uuid}`) }),
    }));
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
