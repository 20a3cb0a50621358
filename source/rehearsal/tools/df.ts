import { mapperPath } from '../../facts/mapper-name.ts';
import type { Machine } from '../model/machine.ts';
import { isFolder } from '../node/file-system.ts';
import { extentOf, partitionName } from '../node/partitions.ts';
import { type Call, lastValue, optionsOf, type Program } from './call.ts';

/** Of the bytes of a volume: what its file system offers, and what a fresh Ubuntu takes of them. */
const usable = 0.98;
const taken = 9.4 * 1024 ** 3;

/** The rows of these columns for / and /var/snap: one file system holds all. */
export const rootTwice = (call: Call): string => {
  const row = call.look(rootRow);
  const line = [row.source, row.size, row.avail, row.target].join(' ');
  return `Filesystem        1B-blocks        Avail Mounted on\n${line}\n${line}\n`;
};

interface RootRow {
  readonly source: string;
  readonly size: number;
  readonly avail: number;
  readonly target: string;
}

function rootRow(machine: Machine): RootRow {
  const root = rootDevice(machine);
  const size = Math.round((root?.bytes ?? 0) * usable);
  const avail = Math.max(0, Math.round(size - taken));
  return { source: root?.path ?? '/dev/root', size, avail, target: '/' };
}

/** The logical volume, or the plain partition, that carries /. */
function rootDevice(machine: Machine): { readonly path: string; readonly bytes: number } | undefined {
  const volume = machine.lvm.logical.find((candidate) => candidate.mount === '/');
  if (volume) {
    return { path: mapperPath(volume.group, volume.name), bytes: volume.extents * extentOf(machine, volume.group) };
  }
  for (const disk of machine.hardware.disks) {
    const index = disk.partitions.findIndex(({ mount }) => mount === '/');
    const part = disk.partitions[index];
    if (part) return { path: `/dev/${partitionName(disk.name, index + 1)}`, bytes: part.sizeBytes };
  }
  return undefined;
}

/** `df -B1 --output=size,avail,target / FOLDER …`: folders that are not there cost their own row. */
const df: Program = (call) => {
  const options = optionsOf(call.words, ['-B', '--output']);
  const columns = (lastValue(options, '--output') ?? 'source,size,avail,target').split(',');
  const row: Readonly<Record<string, string | number>> = { ...call.look(rootRow) };
  const line = columns.map((column) => row[column] ?? '-').join(' ');
  let code = 0;
  call.out(`${columns.join(' ')}\n`);
  for (const path of options.rest) {
    if (path === '/' || call.look((machine) => isFolder(machine, path))) call.out(`${line}\n`);
    else {
      call.err(`df: ${path}: No such file or directory\n`);
      code = 1;
    }
  }
  return code;
};

export const spacePrograms: Readonly<Record<string, Program>> = { df };
