import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listenForOrders } from '../../source/engine/worker/control.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'control-'));
});
afterEach(() => rm(folder, { recursive: true }));

const listen = (name: string) => listenForOrders(join(folder, name, 'run.sock'), () => ({ taken: true }));

it('listens in a folder that it makes', async () => {
  const server = await listen('own');
  await server.close();
});

it.each([
  [
    'that others may write',
    async () => {
      await mkdir(join(folder, 'x'));
      await chmod(join(folder, 'x'), 0o777);
    },
  ],
  ['that a link leads to', () => symlink(folder, join(folder, 'x'))],
])('refuses a folder %s', async (_, make) => {
  await make();
  await expect(listen('x')).rejects.toThrow('can be written by others');
});
