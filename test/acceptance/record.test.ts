import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { expect as holds, NotAsked } from './claim.ts';
import { claims, ordered } from './claims.ts';
import { ask, readRecord, writeRecord } from './record.ts';
import { Scene } from './scene.ts';

let folder: string;
let scene: Scene;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-accept-'));
  const site = {
    nodes: [{ name: 'ks-1', reach: '10.0.4.1', local: true }],
    network: {},
    customer: { dnsName: 'a.test' },
  };
  await writeFile(join(folder, 'site.yaml'), stringify(site));
  await writeFile(join(folder, 'passwords.yaml'), 'nodes:\n  ks-1: { sudo: pl4nted-secret }\n', { mode: 0o600 });
  scene = new Scene({ site: join(folder, 'site.yaml'), root: folder, passwordFile: join(folder, 'passwords.yaml') });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('every claim of docs/proof.md has its function, and is asked once', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/proof.md'), 'utf8');
  const ids = [...text.matchAll(/^\| ([RS]\d+) \|/gm)].map(([, id]) => id).toSorted();
  expect(Object.keys(claims).toSorted()).toEqual(ids);
  expect(ordered().toSorted()).toEqual(ids);
});

test('the record holds verdict, reason and every command, without the passwords, and is read again', async () => {
  const entry = await ask(async (at) => {
    const { stdout } = await at.here('sh', '-c', 'echo pl4nted-secret; echo seen; exit 3');
    holds(stdout.includes('never'), 'it said something else');
  }, scene);
  expect(entry).toMatchObject({ verdict: 'fails', why: 'it said something else' });
  expect(entry.commands).toMatchObject([{ on: 'here', code: 3, stdout: '<secret>\nseen' }]);
  writeRecord(folder, { version: 1, versions: {}, claims: { R1: entry } });
  expect(readRecord(folder).claims['R1']).toEqual(entry);
  expect(await readFile(join(folder, 'record.json'), 'utf8')).not.toContain('pl4nted-secret');
});

test('what this script does not ask is not a failure; what breaks is one', async () => {
  const notAsked = await ask(async () => Promise.reject(new NotAsked('held elsewhere')), scene);
  expect(notAsked).toMatchObject({ verdict: 'not-asked', why: 'held elsewhere' });
  const broken = await ask(async () => Promise.reject(new Error('no such object')), scene);
  expect(broken).toMatchObject({ verdict: 'fails', why: 'could not be asked: no such object' });
  expect(await ask(async () => undefined, scene)).toMatchObject({ verdict: 'holds', why: '' });
});
