import { type BlockDevice, blockDevices } from '../node/partitions.ts';
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
  return say(call, JSON.stringify({ blockdevices: call.look(blockDevices).map(tree) }, undefined, 3));
}

export const disks: Readonly<Record<string, Program>> = { lsblk };
