import type { Machine } from '../model/machine.ts';
import { uuidOf } from '../model/random.ts';

/** Where a path leads, for the links that Ubuntu and snapd make. */
function resolved(path: string): string {
  return path
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
    .replace(/^\/var\/run(?=\/|$)/, '/run')
    .replace(/^\/(bin|sbin|lib)(?=\/)/, '/usr/$1');
}

/** The text of a file, those of the kernel included; undefined where there is none. `now`: ms since 1970, by the clock of the machine that kloudspot runs on. */
export function readPath(machine: Machine, path: string, now: number): string | undefined {
  const place = resolved(path);
  const kernel = kernelFiles[place];
  return kernel === undefined ? machine.files[place]?.content : kernel(machine, now);
}

export function fileAt(machine: Machine, path: string): Machine['files'][string] | undefined {
  return machine.files[resolved(path)];
}

/** Puts a file there; mode and owner default to those of the file that it replaces. Returns the text that was there. */
export function writePath(
  machine: Machine,
  path: string,
  content: string,
  attributes: { readonly mode?: number | undefined; readonly owner?: string | undefined } = {},
): string | undefined {
  const place = resolved(path);
  const before = machine.files[place];
  machine.files[place] = {
    content,
    mode: attributes.mode ?? before?.mode ?? 0o644,
    owner: attributes.owner ?? before?.owner ?? 'root:root',
  };
  return before?.content;
}

export function removePath(machine: Machine, path: string): boolean {
  const place = resolved(path);
  const there = machine.files[place] !== undefined;
  delete machine.files[place];
  return there;
}

/** Removes a folder with all in it. */
export function removeTree(machine: Machine, path: string): void {
  const place = resolved(path);
  for (const name of Object.keys(machine.files))
    if (name === place || name.startsWith(`${place}/`)) delete machine.files[name];
}

/** A folder is there when a file lies in it, or when it was made: an empty one is kept as a name that ends in a slash. */
export function isFolder(machine: Machine, path: string): boolean {
  const place = resolved(path);
  return (
    place === '/' || alwaysThere.has(place) || Object.keys(machine.files).some((name) => name.startsWith(`${place}/`))
  );
}

export function makeFolder(machine: Machine, path: string): void {
  const place = resolved(path);
  if (!isFolder(machine, place)) machine.files[`${place}/`] = { content: '', mode: 0o755, owner: 'root:root' };
}

/** Names in a folder, sorted as `ls` does in the C locale. */
export function namesIn(machine: Machine, path: string): string[] {
  const prefix = `${resolved(path)}/`.replace('//', '/');
  const names = Object.keys(machine.files)
    .filter((name) => name.startsWith(prefix) && name !== prefix)
    .map((name) => name.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '').sort();
}

const alwaysThere = new Set([
  '/etc',
  '/run',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/sbin',
  '/var',
  '/var/lib',
  '/var/log',
  '/root',
  '/home',
  '/proc',
  '/sys',
  '/dev',
  '/etc/netplan',
  '/etc/cloud/cloud.cfg.d',
  '/etc/systemd/system',
  '/snap',
]);

const kernelFiles: Readonly<Record<string, (machine: Machine, now: number) => string>> = {
  '/proc/sys/kernel/random/boot_id': (machine) => `${machine.bootId}\n`,
  '/proc/sys/kernel/random/uuid': (machine, now) => `${uuidOf(`uuid/${machine.id}/${now}`)}\n`,
  '/proc/sys/kernel/hostname': (machine) => `${machine.hostname}\n`,
  '/proc/uptime': (machine, now) => `${((now - machine.bootedAt) / 1000).toFixed(2)} 0.00\n`,
  '/proc/meminfo': (machine) =>
    `MemTotal:       ${Math.round(machine.hardware.memoryBytes / 1024)} kB\nSwapTotal:      ${Math.round(machine.hardware.swapBytes / 1024)} kB\nHugePages_Total:       0\nHugepagesize:       2048 kB\n`,
  '/proc/cpuinfo': (machine) =>
    `processor\t: 0\nmodel name\t: ${machine.hardware.cpuModel}\nflags\t\t: ${machine.hardware.cpuFlags.join(' ')}\n`,
  '/sys/class/dmi/id/product_uuid': (machine) => `${machine.hardware.productUuid}\n`,
  '/run/systemd/resolve/resolv.conf': (machine) =>
    `${machine.network.nameservers.map((server) => `nameserver ${server}\n`).join('')}search ${machine.network.search.join(' ') || '.'}\n`,
};
