import { mapperPath } from '../../facts/mapper-name.ts';
import type { Machine } from '../model/machine.ts';
import { isFolder, readPath } from '../node/file-system.ts';
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

/** Of the bytes of a file system that nothing was written to. */
const fresh = 28 * 1024;

/** What is mounted, / first. */
function mountedRows(machine: Machine): RootRow[] {
  const volumes = machine.lvm.logical.map(({ group, name, extents, mount }) => ({
    source: mapperPath(group, name),
    bytes: extents * extentOf(machine, group),
    mount,
  }));
  const partitions = machine.hardware.disks.flatMap((disk) =>
    disk.partitions.map(({ sizeBytes, mount }, index) => ({
      source: `/dev/${partitionName(disk.name, index + 1)}`,
      bytes: sizeBytes,
      mount,
    })),
  );
  const others = [...volumes, ...partitions].flatMap(({ source, bytes, mount }) => {
    const size = Math.round(bytes * usable);
    return mount?.startsWith('/') && mount !== '/'
      ? [{ source, size, avail: Math.max(0, size - fresh), target: mount }]
      : [];
  });
  return [rootRow(machine), ...others];
}

/** `df -h`, in columns as wide as those of coreutils. */
function tableOfMounts(call: Call): number {
  const rows = call.look(mountedRows).map(({ source, size, avail, target }) => {
    const used = size - avail;
    const share = size === 0 ? '-' : `${Math.ceil((used / size) * 100)}%`;
    return [source, human(size), human(used), human(avail), share, target];
  });
  const heading = ['Filesystem', 'Size', 'Used', 'Avail', 'Use%', 'Mounted on'];
  const widths = [14, 5, 5, 5, 4, 0].map((least, column) =>
    Math.max(least, ...[heading, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [heading, ...rows]) {
    const cells = row.map((cell, column) => {
      if (column === row.length - 1) return cell;
      return column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
    });
    call.out(`${cells.join(' ')}\n`);
  }
  return 0;
}

/** Bytes as `df -h` writes them: rounded up, with a decimal below 10. */
function human(bytes: number): string {
  const power = Math.min(5, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (power === 0) return String(bytes);
  const value = bytes / 1024 ** power;
  const tenths = Math.ceil(value * 10) / 10;
  return `${tenths < 10 ? tenths.toFixed(1) : Math.ceil(value)}${'KMGTP'[power - 1]}`;
}

/** What a machine that has little to do takes of its memory. */
const idleMiB = 1500;

/** `free -m`, from the same file as the real one. */
const free: Program = (call) => {
  const text = call.look((machine, _, now) => readPath(machine, '/proc/meminfo', now)) ?? '';
  const mebibytes = (key: string) =>
    Math.floor(Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024);
  const [total, swap] = [mebibytes('MemTotal'), mebibytes('SwapTotal')];
  const available = Math.max(0, total - idleMiB);
  const row = (name: string, cells: readonly (string | number)[]) =>
    call.out(`${name.padEnd(9)}${cells.map((cell) => String(cell).padStart(11)).join(' ')}\n`);
  row('', ['total', 'used', 'free', 'shared', 'buff/cache', 'available']);
  row('Mem:', [total, total - available, available, 0, 0, available]);
  row('Swap:', [swap, 0, swap]);
  return 0;
};

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
  if (call.words.includes('-h')) return tableOfMounts(call);
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

export const spacePrograms: Readonly<Record<string, Program>> = { df, free };
