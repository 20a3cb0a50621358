import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { filesUnder } from '../../source/site/files.ts';
import { keepBackup, localBackups, pruneLocalBackups } from '../../source/workstation/backups.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

async function filesOfRoot() {
  const root = await mkdtemp(join(tmpdir(), 'kloudspot-backups-'));
  roots.push(root);
  return filesUnder(root);
}

const content = (text: string) => {
  const sum = createHash('sha256').update(text).digest('hex');
  return new Map([
    ['datastore.tar.gz', Buffer.from(text)],
    ['SHA256SUMS', Buffer.from(`${sum}  datastore.tar.gz\n`)],
  ]);
};

test('a backup is kept as a whole, for its owner alone, and a changed file makes it damaged', async () => {
  const files = await filesOfRoot();
  expect(await localBackups(files)).toEqual([]);
  await keepBackup(files, '2026-01-01T00-00-00Z-by-hand', content('one'));
  expect(await localBackups(files)).toMatchObject([{ id: '2026-01-01T00-00-00Z-by-hand', whole: true, bytes: 3 }]);
  const folder = join(files.backups, '2026-01-01T00-00-00Z-by-hand');
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'datastore.tar.gz'))).mode & 0o777).toBe(0o600);
  await writeFile(join(folder, 'datastore.tar.gz'), 'other');
  expect(await localBackups(files)).toMatchObject([{ whole: false }]);
  await rm(join(folder, 'SHA256SUMS'));
  expect(await localBackups(files)).toMatchObject([{ whole: false }]);
});

test('only the newest stay', async () => {
  const files = await filesOfRoot();
  for (const day of ['01', '02', '03']) await keepBackup(files, `2026-01-${day}T00-00-00Z-x`, content(day));
  await pruneLocalBackups(files, 2, '2026-01-03T00-00-00Z-x');
  expect((await readdir(files.backups)).toSorted()).toEqual(['2026-01-02T00-00-00Z-x', '2026-01-03T00-00-00Z-x']);
});

test('damaged ones push out no complete one, and the one just made stays where the clock went back', async () => {
  const files = await filesOfRoot();
  const damaged = (day: number) => `2026-01-0${day}T00-00-00Z-damaged`;
  await keepBackup(files, '1970-01-01T00-00-00Z-made', content('made'));
  await keepBackup(files, '2026-01-01T00-00-00Z-x', content('x'));
  for (const day of [2, 3, 4]) await keepBackup(files, damaged(day), new Map([['site.yaml', Buffer.from('half')]]));
  await pruneLocalBackups(files, 2, '1970-01-01T00-00-00Z-made');
  expect((await readdir(files.backups)).toSorted()).toEqual([
    '1970-01-01T00-00-00Z-made',
    '2026-01-01T00-00-00Z-x',
    damaged(3),
    damaged(4),
  ]);
});
