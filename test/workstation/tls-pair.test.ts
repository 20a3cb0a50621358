import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { filesUnder } from '../../source/site/files.ts';
import { normalisedPair } from '../../source/tls/pem.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { ensurePair, standingPair } from '../../source/workstation/tls-pair.ts';
import { siteOf } from '../plan/sample.ts';

let root = '';
const now = Date.now();
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pair-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

it('keeps the pair that it made', async () => {
  const files = filesUnder(root);
  const site = siteOf({ managers: 1 });
  const made = await ensurePair(site, files, now);
  expect(await standingPair(site, files, now)).toEqual(made);
  expect(await ensurePair(site, files, now)).toEqual(made);
});

it('makes a new pair where a kill between the two files left a key of another certificate', async () => {
  const files = filesUnder(root);
  const site = siteOf({ managers: 1 });
  const made = await ensurePair(site, files, now);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  await writeFile(join(files.tls, 'tls.key'), other.export({ type: 'pkcs8', format: 'pem' }));
  expect(await standingPair(site, files, now)).toBeUndefined();
  expect((await ensurePair(site, files, now)).certificate).not.toBe(made.certificate);
});

it('finds files in the home of the user who runs it, as preflight does', async () => {
  vi.stubEnv('HOME', root);
  const { key, certificate } = await selfSigned('spot.acme.eu', Date.now());
  await writeFile(join(root, 'key'), `\uFEFF${key}`);
  await writeFile(join(root, 'crt'), `subject=spot\r\n${certificate}`);
  const site = siteOf({ managers: 1 }, { tls: { mode: 'files', key: '~/key', certificate: '~/crt' } });
  expect(await standingPair(site, filesUnder(root), now)).toEqual(normalisedPair(key, certificate));
});
