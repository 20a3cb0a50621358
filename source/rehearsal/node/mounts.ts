import { mapperPath } from '../../facts/mapper-name.ts';
import type { Luks, Machine } from '../model/machine.ts';
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
  const encrypted = luksOf(machine).flatMap(({ name, fsType = '', mount: at }) =>
    name === undefined ? [] : [{ source: `/dev/mapper/${name}`, fsType, at }],
  );
  return [...volumes, ...disks, ...encrypted].flatMap(({ at, ...rest }) => (at === undefined ? [] : [{ ...rest, at }]));
}

/** Where something is mounted in a folder, the folder itself included. */
export const mountedIn = (machine: Machine, folder: string): string[] =>
  mountsOf(machine).flatMap(({ at }) => (at === folder || at.startsWith(`${folder}/`) ? [at] : []));

/** `umount -l` of all that is mounted there. */
export function detach(machine: Machine, folder: string): void {
  const places = mountedIn(machine, folder);
  const all: Mountable[] = [...machine.lvm.logical, ...machine.hardware.disks, ...luksOf(machine)];
  for (const device of all) if (device.mount !== undefined && places.includes(device.mount)) delete device.mount;
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

/** All encrypted devices, open or not. */
function luksOf(machine: Machine): Luks[] {
  return [...machine.lvm.logical, ...machine.hardware.disks].flatMap(({ luks }) => luks ?? []);
}

/** The encrypted device that is open under that path. */
export const openedAt = (machine: Machine, path: string): Luks | undefined =>
  luksOf(machine).find(({ name }) => name !== undefined && path === `/dev/mapper/${name}`);

/** The volume or whole disk of that path, as what can be encrypted. */
export function carrierAt(machine: Machine, path: string): Carrier | undefined {
  const volume = machine.lvm.logical.find(({ group, name }) => mapperPath(group, name) === path);
  if (volume)
    return {
      contents: () => volume.signature,
      luks: () => volume.luks,
      encrypt: (key) => Object.assign(volume, { signature: 'crypto_LUKS', luks: { key } }),
    };
  const disk = diskAt(machine, path);
  return (
    disk && {
      contents: () => disk.fsType,
      luks: () => disk.luks,
      encrypt: (key) => Object.assign(disk, { fsType: 'crypto_LUKS', luks: { key } }),
    }
  );
}

interface Carrier {
  contents(): string | undefined;
  luks(): Luks | undefined;
  encrypt(key: string): void;
}

const diskAt = (machine: Machine, path: string) =>
  machine.hardware.disks.find(({ name, wwn }) => [`/dev/${name}`, `/dev/disk/by-id/wwn-${wwn}`].includes(path));

/** As the start of the machine does it: crypttab(5) names what is opened; what is not open is not mounted. */
export function openListed(machine: Machine): void {
  const lines = (fileAt(machine, '/etc/crypttab')?.content ?? '').split('\n').map((line) => line.split(/\s+/));
  for (const luks of luksOf(machine)) {
    delete luks.name;
    const line = lines.find(([, path = '', key = '']) => opens(machine, luks, path, key));
    if (line?.[0] === undefined) delete luks.mount;
    else luks.name = line[0];
  }
}

const opens = (machine: Machine, luks: Luks, path: string, key: string): boolean =>
  carrierAt(machine, path)?.luks() === luks && fileAt(machine, key)?.content === luks.key;

function deviceAt(machine: Machine, path: string): Mountable | undefined {
  const inner = openedAt(machine, path);
  if (inner) return inner;
  const volume = machine.lvm.logical.find(({ group, name }) =>
    [mapperPath(group, name), `/dev/${group}/${name}`].includes(path),
  );
  return volume ?? diskAt(machine, path);
}

/** Puts a file system on a volume or a whole disk; mkfs' words where something is on it already. */
export function format(machine: Machine, path: string, fsType: string): string | undefined {
  const volume = machine.lvm.logical.find(({ group, name }) => mapperPath(group, name) === path);
  const disk = diskAt(machine, path);
  const inner = openedAt(machine, path);
  const before = inner ? inner.fsType : volume ? volume.signature : disk?.fsType;
  if (!volume && !disk && !inner)
    return `mkfs.${fsType}: No such file or directory while trying to determine filesystem size`;
  if (before !== undefined) return `${path} contains a ${before} file system`;
  if (inner) inner.fsType = fsType;
  else if (volume) volume.signature = fsType;
  else if (disk) disk.fsType = fsType;
  return undefined;
}
