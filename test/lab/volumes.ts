// LVM on the nodes, as the drivers of the lab use it: the real commands, on the node that is meant.
import { readFileSync } from 'node:fs';
import { nodePath } from './place.ts';
import { firstProcess } from './power.ts';
import { nodes, onNode } from './reach.ts';

export interface Group {
  vg_name: string;
  vg_uuid: string;
  vg_size: string;
  vg_free: string;
  lv_count: string;
  pv_count: string;
}
export interface Volume {
  lv_name: string;
  lv_uuid: string;
  lv_size: string;
  vg_name: string;
  vg_uuid: string;
}

/** The number of the node that Kubernetes knows by this name. */
export const numberOf = (name: string) => nodes().find((n) => firstProcess(n) && hostname(n) === name);

const hostname = (n: number) => readFileSync(nodePath(n, 'upper/etc/hostname'), 'utf8').trim().toLowerCase();

const report = '--reportformat json --units b --nosuffix';

export async function groups(n: number): Promise<Group[]> {
  const { stdout } = await onNode(n, `vgs ${report} -o vg_name,vg_uuid,vg_size,vg_free,lv_count,pv_count 2>/dev/null`);
  return stdout ? JSON.parse(stdout).report[0].vg : [];
}

export async function volumes(n: number, name: string): Promise<Volume[]> {
  const { stdout } = await onNode(
    n,
    `lvs ${report} -o lv_name,lv_uuid,lv_size,vg_name,vg_uuid -S lv_name=${name} 2>/dev/null`,
  );
  return stdout ? JSON.parse(stdout).report[0].lv : [];
}

/** Makes a logical volume; what lvcreate says when it cannot is thrown. */
export async function makeVolume(n: number, group: string, name: string, bytes: number): Promise<void> {
  const already = await volumes(n, name);
  if (already.length > 0) return;
  const made = await onNode(n, `lvcreate -y -Wn -Zn -L ${bytes}b -n ${name} ${group} ${await apart(n, group, bytes)}`);
  if (made.code !== 0) throw new Error(made.stderr.replace(/^\s*WARNING.*\n/gm, '').trim());
  await onNode(n, `/snap/microk8s/current/lab/volume local.csi.openebs.io wipe ${group} ${name}`);
}

/** Space to grow between two volumes: without device-mapper one that lies in pieces is not mounted. */
const gap = 4 * 2 ** 30;

/** Extents behind the last volume of the group and a gap; nothing where there is no such space, so that LVM chooses. */
async function apart(n: number, group: string, bytes: number): Promise<string> {
  const asked =
    'pvs --noheadings --segments --units b --nosuffix -o pv_name,pvseg_start,pvseg_size,vg_extent_size,lv_name';
  const { stdout } = await onNode(n, `${asked} -S vg_name=${group} 2>/dev/null`);
  const segments = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  const [disk, , , extent] = segments[0] ?? [];
  const ends = segments.map(([, start, size, , used]) => ({ end: Number(start) + Number(size), used }));
  const last = Math.max(0, ...ends.flatMap(({ end, used }) => (used === undefined ? [] : [end])));
  const start = last + (last === 0 ? 0 : gap / Number(extent));
  const end = start + Math.ceil(bytes / Number(extent));
  const fits = disk !== undefined && end <= Math.max(...ends.map((each) => each.end));
  return fits ? `${disk}:${start}-${end - 1}` : '';
}

/** Gives a logical volume this many bytes, unless it has as many. */
export async function growVolume(n: number, group: string, name: string, bytes: number): Promise<void> {
  const [volume] = await volumes(n, name);
  if (volume === undefined || Number(volume.lv_size) >= bytes) return;
  const grown = await onNode(n, `lvextend -y -L ${bytes}b ${group}/${name}`);
  if (grown.code !== 0) throw new Error(grown.stderr.replace(/^\s*WARNING.*\n/gm, '').trim());
}

export async function removeVolume(n: number, group: string, name: string): Promise<void> {
  await onNode(n, `lvremove -y ${group}/${name}`);
}

/** As the LVM driver rounds: whole GiB above one, whole MiB below. */
export function rounded(quantity: string): number {
  const bytes = inBytes(quantity);
  const step = bytes > 2 ** 30 ? 2 ** 30 : 2 ** 20;
  return Math.ceil(bytes / step) * step;
}

export function inBytes(quantity: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const power =
    { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }[unit] ?? 1;
  return Number(number) * power;
}
