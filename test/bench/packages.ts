// The program as it is installed: unpacked from the .deb, and as one executable. Nothing here passes or fails.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Row } from './row.ts';

const home = resolve(import.meta.dirname, '../..');

/** One way to have the program. */
export interface Program {
  /** As the table calls it. */
  readonly name: string;
  readonly launcher: string;
  /** Whether the goals of start-up are held against it. */
  readonly judged: boolean;
}

/** The clone that the bench runs in. */
export const built: Program = { name: '', launcher: join(home, 'bin/kloudspot'), judged: true };

/** Makes the packages in `work`, and unpacks the .deb as its installation does: with the compile cache filled. */
export function packaged(work: string): readonly Program[] {
  run(process.execPath, join(home, 'scripts/dist.ts'), '--only', 'deb,executable', '--out', join(work, 'packages'));
  const tree = join(work, 'deb');
  run('dpkg-deb', '-x', packageIn(work, '.deb'), tree);
  const installed = join(tree, 'usr/lib/kloudspot');
  run(join(installed, 'runtime/node'), join(installed, 'dist/fill-cache.js'));
  return [
    { name: ' of the .deb', launcher: join(tree, 'usr/bin/kloudspot'), judged: true },
    { name: ' of the single executable', launcher: packageIn(work, '-x64'), judged: false },
  ];
}

/** MB on disk of each way to have the program. */
export function sizes(work: string): Row[] {
  const row = (what: string, bytes: number): Row => ({ what, figure: `${mb(bytes)} MB`, value: mb(bytes) });
  return [
    row('a clone after `npm ci`, with the tools to build and test it', sizeOf(join(home, 'node_modules'))),
    row('installed by the .deb', sizeOf(join(work, 'deb'))),
    row('its Node.js', sizeOf(join(work, 'deb/usr/lib/kloudspot/runtime'))),
    row('the .deb', statSync(packageIn(work, '.deb')).size),
    row('the single executable', statSync(packageIn(work, '-x64')).size),
  ];
}

const mb = (bytes: number): number => Math.round(bytes / 1e6);

/** Bytes of all files below a folder; a file with several names counts once. */
function sizeOf(folder: string): number {
  const seen = new Map<number, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = statSync(join(entry.parentPath, entry.name));
    seen.set(ino, size);
  }
  return [...seen.values()].reduce((sum, size) => sum + size, 0);
}

function packageIn(work: string, end: string): string {
  const folder = join(work, 'packages');
  return join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? '');
}

function run(command: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stderr}`);
}
