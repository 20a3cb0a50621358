import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { settingsFrom } from '../../source/app/settings.ts';
import { openWorld } from '../../source/app/world.ts';
import { lockWorkstation } from '../../source/engine/lock/lock.ts';
import { claimText, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { workstationHolder } from '../engine/holder.ts';

const root = await mkdtemp(join(tmpdir(), 'ks-world-'));
afterAll(() => rm(root, { recursive: true }));
const { files, rehearsal } = settingsFrom({ root, rehearse: '' });
const open = () => openWorld({ files, passwords: new Passwords(), rehearsal, fresh: true });
const machines = () => readFile(join(files.rehearsal, 'state.json'), 'utf8');

it('does not reset the machines of a run that lives, but those of one that is gone', async () => {
  await (await open()).close();
  const before = await machines();
  const claim = await ownClaim(files, '20260101-000000-7f3a');
  const lock = await lockWorkstation(files, claim, { takeOver: false, onLost: () => undefined });
  await expect(open()).rejects.toMatchObject({ exitCode: 5, message: expect.stringContaining('20260101-000000-7f3a') });
  expect(await machines()).toBe(before);
  await lock.release();
  await writeFile(files.lock, claimText({ ...claim, process: 2 ** 22 + 1, started: 'another boot 1' }));
  await (await open()).close();
  expect(await machines()).not.toBe(before);
  expect(await workstationHolder(files)).toBeUndefined();
});
