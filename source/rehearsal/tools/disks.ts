import { type BlockDevice, blockDevices, eraseDevice } from '../node/partitions.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, say } from './call.ts';

/** lsblk's columns that are asked for; unknown ones end it as in the real program. */
const columns: Readonly<Record<string, (device: BlockDevice, number: number) => unknown>> = {
  NAME: (device) => device.name,
  KNAME: (device, number) => (device.type === 'lvm' ? `dm-${number}` : device.name),
  PATH: (device) => device.path,
  TYPE: (device) => device.type,
  SIZE: (device) => device.sizeBytes,
  FSTYPE: (device) => device.fsType ?? null,
  UUID: (device) => device.uuid ?? null,
  PARTUUID: (device) => device.partUuid ?? null,
  MOUNTPOINTS: (device) => (device.mountPoints.length === 0 ? [null] : device.mountPoints),
  ROTA: (device) => device.disk.rotational,
  RM: () => false,
  RO: () => false,
  MODEL: (device) => (device.type === 'disk' ? device.disk.model : null),
  SERIAL: (device) => (device.type === 'disk' ? device.disk.serial : null),
  WWN: (device) => (device.type === 'lvm' ? null : device.disk.wwn),
  TRAN: (device) => (device.type === 'disk' ? device.disk.transport : null),
  PTTYPE: (device) => (device.type === 'part' || (device.type === 'disk' && device.children.length > 0) ? 'gpt' : null),
  PKNAME: () => null,
  'MAJ:MIN': (device, number) => (device.type === 'lvm' ? `253:${number}` : `8:${number}`),
};

function lsblk(call: Call): number {
  const options = optionsOf(call.words, ['-o', '--output']);
  const wanted = (lastValue(options, '-o', '--output') ?? 'NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS')
    .toUpperCase()
    .split(',');
  const unknown = wanted.find((column) => columns[column] === undefined);
  if (unknown !== undefined) return refuse(call, `lsblk: unknown column: ${unknown}`);
  const numbers = new Map<string, number>();
  const numberOf = (device: BlockDevice) => {
    const key = `${device.type === 'lvm'}/${device.name}`;
    const own =
      numbers.get(key) ?? [...numbers.keys()].filter((other) => other.startsWith(`${device.type === 'lvm'}/`)).length;
    numbers.set(key, own);
    return own;
  };
  const tree = (device: BlockDevice): Record<string, unknown> => {
    const number = numberOf(device);
    const row = Object.fromEntries(wanted.map((column) => [column.toLowerCase(), columns[column]?.(device, number)]));
    return device.children.length === 0 ? row : { ...row, children: device.children.map(tree) };
  };
  const all = call.look(blockDevices);
  const shown =
    options.rest.length === 0 ? all : flat(all).filter((device) => options.rest.some((path) => isAt(device, path)));
  if (shown.length === 0) return refuse(call, `lsblk: ${options.rest[0]}: not a block device`, 32);
  return say(call, JSON.stringify({ blockdevices: shown.map(tree) }, undefined, 3));
}

/** LVM links `/dev/GROUP/VOLUME` to the device mapper's name. */
function isAt({ type, path }: BlockDevice, wanted: string): boolean {
  if (path === wanted) return true;
  const [, group, volume] = /^\/dev\/([^/]+)\/([^/]+)$/.exec(wanted) ?? [];
  const mapped = (name = '') => name.replaceAll('-', '--');
  return type === 'lvm' && path === `/dev/mapper/${mapped(group)}-${mapped(volume)}`;
}

function flat(devices: readonly BlockDevice[]): BlockDevice[] {
  return devices.flatMap((device) => [device, ...flat(device.children)]);
}

/** `wipefs -n -J DEVICE`: what lies on it; a partition table counts. `wipefs -a DEVICE…` erases it. */
function wipefs(call: Call): number {
  const options = optionsOf(call.words, []);
  if (options.flags.has('-a')) return wipe(call, options.rest);
  const [path = ''] = options.rest;
  const named = ({ type, disk }: BlockDevice) => type === 'disk' && path === `/dev/disk/by-id/wwn-${disk.wwn}`;
  const device = flat(call.look(blockDevices)).find((each) => isAt(each, path) || named(each));
  if (!device) return refuse(call, `wipefs: error: ${path}: probing initialization failed: No such file or directory`);
  if (!options.flags.has('-n')) return refuse(call, `wipefs: error: ${path}: probing initialization failed: busy`);
  const type = device.fsType ?? (device.type === 'disk' && device.children.length > 0 ? 'gpt' : undefined);
  const signatures =
    type === undefined ? [] : [{ device: device.name, offset: '0x438', type, uuid: device.uuid ?? null }];
  return say(call, JSON.stringify({ signatures }, undefined, 3));
}

/** A device in use is refused, in wipefs' words. */
function wipe(call: Call, paths: readonly string[]): number {
  if (!call.root) return refuse(call, `wipefs: error: ${paths[0]}: probing initialization failed: Permission denied`);
  for (const path of paths) {
    const device = flat(call.look(blockDevices)).find((each) => each.path === path);
    if (!device)
      return refuse(call, `wipefs: error: ${path}: probing initialization failed: No such file or directory`);
    const used = device.mountPoints.length > 0 || device.children.some(({ type }) => type === 'lvm');
    if (used) return refuse(call, `wipefs: error: ${path}: probing initialization failed: Device or resource busy`);
    call.change((machine) => eraseDevice(machine, path));
  }
  return 0;
}

export const disks: Readonly<Record<string, Program>> = { lsblk, wipefs };
