import type { Disk, Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { addVolume, extentOf, extentsOf, partitionName, physicalUnder } from './partitions.ts';
import { powerOff } from './power.ts';

/** The disk is gone. A machine that runs from it stops for good. */
export function loseDisk(state: State, machine: Machine, name: string): void {
  const disk = machine.hardware.disks.find((one) => one.name === name);
  if (disk === undefined) return;
  const carriesRoot = mountsOn(machine, disk).includes('/');
  machine.hardware.disks = machine.hardware.disks.filter((one) => one !== disk);
  if (carriesRoot) powerOff(state, machine);
}

function mountsOn(machine: Machine, disk: Disk): (string | undefined)[] {
  const paths = pathsOf(disk);
  const volumes = machine.lvm.logical.filter((volume) =>
    physicalUnder(machine, volume).some(({ name }) => paths.includes(name)),
  );
  return [disk, ...disk.partitions, ...volumes].map(({ mount }) => mount);
}

/** Takes what is free of a group but for so many bytes, as a volume that someone makes by hand. */
export function fillGroup(machine: Machine, group: string, leavesBytes: number): void {
  const { free } = extentsOf(machine, group);
  const taken = free - Math.ceil(leavesBytes / extentOf(machine, group));
  if (taken > 0) addVolume(machine, group, 'filled', taken, []);
}

/** The disk and its partitions as LVM names them. */
const pathsOf = ({ name, partitions }: Disk): string[] => [
  `/dev/${name}`,
  ...partitions.map((_, index) => `/dev/${partitionName(name, index + 1)}`),
];

/** Whether the device of a physical volume is there. */
export const isThere = (machine: Machine, path: string): boolean =>
  machine.hardware.disks.some((disk) => pathsOf(disk).includes(path));

/** Physical volumes of a group whose device is gone. */
export const missingOf = (machine: Machine, group: string): Machine['lvm']['physical'] =>
  machine.lvm.physical.filter((physical) => physical.group === group && !isThere(machine, physical.name));

/** Whether a logical volume lies on a disk that is gone, or a part of it does. */
export const isLost = (machine: Machine, volume: Machine['lvm']['logical'][number]): boolean =>
  physicalUnder(machine, volume).some(({ name }) => !isThere(machine, name));

/** LVM's words where it refuses to change a group that misses a device. */
export const refusedWhileMissing = (machine: Machine, group: string): string | undefined =>
  missingOf(machine, group).length === 0
    ? undefined
    : `  Cannot change VG ${group} while PVs are missing.\n  Consider vgreduce --removemissing ${group}.\n  Cannot process volume group ${group}`;
