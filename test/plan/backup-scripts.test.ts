import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, expect, test } from 'vitest';
import type { Script } from '../../source/host/host.ts';
import {
  listBackups,
  parseBackups,
  pruneBackups,
  readBackup,
  writeBackup,
} from '../../source/plan/steps/backup-scripts.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kloudspot-scripts-'));
  roots.push(root);
  return root;
}

/** Runs a script as a node does it: by bash, with its arguments. */
const run = async ({ text, arguments: words = [] }: Script, input = '') =>
  (await execa('bash', ['-c', text, 'script', ...words], { input })).stdout;

test('what is written as base64 is read back byte for byte, and only what has its sums counts as whole', async () => {
  const root = await folder();
  const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 256));
  const backup = join(root, '2026-01-01T00-00-00Z-by-hand');
  await run(writeBackup(backup, 'datastore.tar.gz'), bytes.toString('base64'));
  expect(Buffer.from(await run(readBackup(backup, 'datastore.tar.gz')), 'base64').equals(bytes)).toBe(true);
  const listed = async () => parseBackups(await run(listBackups(root))).map(({ id, whole }) => [id, whole]);
  expect(await listed()).toEqual([['2026-01-01T00-00-00Z-by-hand', false]]);
  const sums = (await execa('sha256sum', ['datastore.tar.gz'], { cwd: backup })).stdout;
  await run(writeBackup(backup, 'SHA256SUMS'), Buffer.from(`${sums}\n`).toString('base64'));
  expect(await listed()).toEqual([['2026-01-01T00-00-00Z-by-hand', true]]);
  await writeFile(join(backup, 'datastore.tar.gz'), 'other');
  expect(await listed()).toEqual([['2026-01-01T00-00-00Z-by-hand', false]]);
  expect(await run(listBackups(join(root, 'nowhere')))).toBe('');
});

test('the oldest are pruned, and a folder that is missing is nothing to do', async () => {
  const root = await folder();
  for (const day of [1, 2, 3, 4]) await complete(root, `2026-01-0${day}T00-00-00Z-x`);
  await run(pruneBackups(3, '2026-01-04T00-00-00Z-x', root));
  expect((await readdir(root)).toSorted()).toEqual([2, 3, 4].map((day) => `2026-01-0${day}T00-00-00Z-x`));
  await run(pruneBackups(3, 'x', join(root, 'nowhere')));
  expect(await readdir(root)).toHaveLength(3);
});

test('damaged ones push out no complete one, and the one just made stays where the clock went back', async () => {
  const root = await folder();
  await complete(root, '1970-01-01T00-00-00Z-made');
  await complete(root, '2026-01-01T00-00-00Z-x');
  for (const day of [2, 3, 4, 5]) await mkdir(join(root, `2026-01-0${day}T00-00-00Z-damaged`));
  await run(pruneBackups(2, '1970-01-01T00-00-00Z-made', root));
  expect((await readdir(root)).toSorted()).toEqual([
    '1970-01-01T00-00-00Z-made',
    '2026-01-01T00-00-00Z-x',
    '2026-01-04T00-00-00Z-damaged',
    '2026-01-05T00-00-00Z-damaged',
  ]);
});

async function complete(root: string, name: string): Promise<void> {
  const backup = join(root, name);
  await mkdir(backup);
  await writeFile(join(backup, 'datastore.tar.gz'), name);
  const { stdout } = await execa('sha256sum', ['datastore.tar.gz'], { cwd: backup });
  await writeFile(join(backup, 'SHA256SUMS'), `${stdout}\n`);
}
