import { mapperPath } from '../../facts/mapper-name.ts';
import type { Machine } from '../model/machine.ts';
import { fileAt } from './file-system.ts';

/** What can carry a file system and be mounted. */
interface Mountable {
  mount?: string | undefined;
}

/** File systems on logical volumes and whole disks that are mounted, with their types. */
export function mountsOf(
  machine: Machine,
): { readonly source: string; readonly fsType: string; readonly at: string }[] {
  const volumes = machine.lvm.logical.map(({ group, name, mount, signature }) => ({
    source: mapperPath(group, name),
    fsType: signature ?? '',
    at: mount,
  }));
  const disks = machine.hardware.disks.map(({ name, mount, fsType }) => ({
    source: `/dev/${name}`,
    fsType: fsType ?? '',
    at: mount,
  }));
  return [...volumes, ...disks].flatMap(({ at, ...rest }) => (at === undefined ? [] : [{ ...rest, at }]));
}

/** Starts or stops a mount unit as its file says; what systemd says where the device is not there. */
export function turnMount(machine: Machine, unit: string, on: boolean): string | undefined {
  const text = fileAt(machine, `/etc/systemd/system/${unit}`)?.content ?? '';
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const device = deviceAt(machine, value('What'));
  if (device === undefined) return `A dependency job for ${unit} failed. See 'journalctl -xe' for details.`;
  if (on) device.mount = value('Where');
  else delete device.mount;
  return undefined;
}

function deviceAt(machine: Machine, path: string): Mountable | undefined {
  const volume = machine.lvm.logical.find(({ group, name }) =>
    [mapperPath(group, name), `/dev/${group}/${name}`].includes(path),
  );
  return (
    volume ??
    machine.hardware.disks.find(({ name, wwn }) => [`/dev/${name}`, `/dev/disk/by-id/wwn-${wwn}`].includes(path))
  );
}

/** Puts a file system on a volume or a whole disk; mkfs' words where something is on it already. */
export function format(machine: Machine, path: string, fsType: string): string | undefined {
  const volume = machine.lvm.logical.find(({ group, name }) => mapperPath(group, name) === path);
  const disk = machine.hardware.disks.find(({ name, wwn }) =>
    [`/dev/${name}`, `/dev/disk/by-id/wwn-${wwn}`].includes(path),
  );
  const before = volume ? volume.signature : disk?.fsType;
  if (!volume && !disk) return `mkfs.${fsType}: No such file or directory while trying to determine filesystem size`;
  if (before !== undefined) return `${path} contains a ${before} file system`;
  if (volume) volume.signature = fsType;
  else if (disk) disk.fsType = fsType;
  return undefined;
}
