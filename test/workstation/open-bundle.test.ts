import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { exitCode, Fault } from '../../source/errors/fault.ts';
import { openBundle } from '../../source/workstation/bundle/open.ts';

const work = await mkdtemp(join(tmpdir(), 'kloudspot-bundle-'));
afterAll(() => rm(work, { recursive: true }));

const faultOf = (file: string) =>
  openBundle(file).then(
    () => undefined,
    (error: unknown) => (error instanceof Fault ? error : undefined),
  );

it('a bundle that is not there is called so, as wrong input', async () => {
  const fault = await faultOf(join(work, 'none.bundle'));
  expect([fault?.message, fault?.exitCode]).toEqual(['The bundle does not exist.', exitCode.usage]);
});

it('a file that is not a bundle is called so', async () => {
  await writeFile(join(work, 'other'), 'no archive\n');
  expect((await faultOf(join(work, 'other')))?.message).toContain('not a bundle of kloudspot');
});

it('a folder in its place is read, not written', async () => {
  expect((await faultOf(work))?.message).toMatch(/not a bundle|cannot be read/);
});
