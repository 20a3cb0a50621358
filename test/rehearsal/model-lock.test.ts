import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Store } from '../../source/rehearsal/model/store.ts';
import { bench } from './world.ts';

const holder = resolve(import.meta.dirname, 'model-holder.ts');

/** A process that changes the model under a folder so often, once its standard input ends. */
function changing(folder: string, times: number, seed: number, signal = '') {
  const child = spawn(process.execPath, [holder, folder, String(times), String(seed), signal]);
  return { child, ready: once(child.stdout, 'data'), said: text(child.stderr), exit: once(child, 'exit') };
}

const changes = (folder: string): number => new Store(folder).load()?.revision ?? 0;

const locks = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('state.lock'));

test('six processes find the lock of one that was killed: none of their changes is lost, and no file is left', async () => {
  const { files } = await bench();
  for (let round = 0; round < 3; round++) {
    const before = changes(files.rehearsal);
    const killed = changing(files.rehearsal, 0, 1, 'SIGKILL');
    killed.child.stdin.end();
    await killed.exit;
    expect(await locks(files.rehearsal)).not.toEqual([]);
    const all = Array.from({ length: 6 }, (_, place) => changing(files.rehearsal, 4, round * 6 + place));
    for (const { ready } of all) await ready;
    for (const { child } of all) child.stdin.end();
    for (const { exit, said } of all) expect([(await exit)[0], await said]).toEqual([0, '']);
    expect(changes(files.rehearsal)).toBe(before + 24);
    expect(await locks(files.rehearsal)).toEqual([]);
  }
});

test('a process that is stopped at work keeps its lock', async () => {
  const { files } = await bench();
  const before = changes(files.rehearsal);
  const stopped = changing(files.rehearsal, 0, 1, 'SIGSTOP');
  stopped.child.stdin.end();
  const stat = `/proc/${stopped.child.pid}/stat`;
  await expect.poll(async () => (await readFile(stat, 'utf8')).includes(') T ')).toBe(true);
  const other = changing(files.rehearsal, 1, 2);
  other.child.stdin.end();
  expect((await other.exit)[0]).toBe(1);
  expect(await other.said).toContain('Another process holds the rehearsal.');
  stopped.child.kill('SIGCONT');
  await stopped.exit;
  expect(changes(files.rehearsal)).toBe(before + 1);
});

test('a claim fits into the inode of its link, where it takes a tenth of the time', async () => {
  const { files } = await bench();
  const claim = new Store(files.rehearsal).change((state) => {
    if (state === undefined) throw new Error('no model');
    return { state, result: readlinkSync(join(files.rehearsal, 'state.lock')) };
  });
  expect(Buffer.byteLength(claim)).toBeLessThan(60);
});
