import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesUnder } from '../../source/site/files.ts';
import { localBackups } from '../../source/workstation/backups.ts';
import { datastoreMembers } from './judge.ts';
import * as lab from './lab.ts';
import { fromLaptop, journal, outcomes, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

const machine = { volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false, kubelet: 'kwok' } as const;
let root: string;
let site: string;

/** Three managers without a product: what comes and goes here are members and Nodes. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 5, ...machine });
  const folder = join(root, 'site');
  const product = await writeProduct(folder);
  const nodes = [1, 2, 3].map((n) => ({ n, name: `ks-${n}` }));
  site = await writeSite({ folder, product, nodes, features: [], deploy: 'later' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

async function done(verb: string, ...words: readonly string[]): Promise<string> {
  const flags = ['--site', site, '--yes', '--accept-new-host-keys'];
  const { code, stdout, stderr } = await ran(fromLaptop(root, verb, ...words, ...flags));
  expect(code, stdout.slice(-3_000) + stderr).toBe(0);
  return stdout;
}

/** Name, readiness and address of each Node, as the API server has them. */
async function nodesSeen(): Promise<string[]> {
  const found = await lab.objects('nodes');
  return found
    .map(({ metadata, status }) => {
      const of = (kind: string) => status.addresses.find(({ type }: { type: string }) => type === kind)?.address;
      const ready = status.conditions.find(({ type }: { type: string }) => type === 'Ready')?.status;
      return `${metadata.name} ${ready} ${of('InternalIP')}`;
    })
    .toSorted();
}

const address = (n: number) => `10.78.0.${10 + n}`;
const ready = (...numbers: readonly number[]) => numbers.map((n) => `ks-${n} True ${address(n)}`);
const at = (n: number) => ['--reach', address(n), '--address', `${address(n)}/16`];
/** A kubelet that has just started says so some seconds later. */
const patience = { timeout: 240_000, interval: 500 };
const backups = async () =>
  (await localBackups(filesUnder(root))).map(({ id, whole }) => `${id.slice(21)} ${whole ? 'whole' : 'damaged'}`);

describe('nodes of a living cluster', () => {
  it('three managers are built', async () => {
    await done('init');
    await expect.poll(nodesSeen, patience).toEqual(ready(1, 2, 3));
    expect(await datastoreMembers(1)).toEqual([1, 2, 3].map(address));
  });

  it('a worker is added: a Node, and no member of the datastore', async () => {
    await done('node add', 'ks-4', ...at(4));
    await expect.poll(nodesSeen, patience).toEqual(ready(1, 2, 3, 4));
    expect(await datastoreMembers(1)).toEqual([1, 2, 3].map(address));
    expect(await backups()).toEqual(['before-nodes whole', 'after-nodes whole']);
  });

  it('a manager that is off is replaced: its member goes by its address, the new one votes', async () => {
    await lab.off(3);
    await expect
      .poll(async () => (await nodesSeen()).filter((line) => !/True/.test(line)), patience)
      .toEqual([`ks-3 Unknown ${address(3)}`]);
    await done('node replace', 'ks-3', '--with', 'ks-5', ...at(5));
    await expect.poll(nodesSeen, patience).toEqual(ready(1, 2, 4, 5));
    expect(await datastoreMembers(1)).toEqual([1, 2, 5].map(address));
    const changed = outcomes(journal(root)).filter((line) => line.endsWith(' changed'));
    const at3 = changed.findIndex((line) => line.startsWith('node-leave@ks-3'));
    expect(at3).toBeGreaterThanOrEqual(0);
    expect(at3).toBeLessThan(changed.findIndex((line) => line.startsWith('join-manager@ks-5')));
  });

  it('the worker leaves: its Node is gone, the votes are as they were, and each change has its backups', async () => {
    await done('node remove', 'ks-4');
    await expect.poll(nodesSeen, patience).toEqual(ready(1, 2, 5));
    expect(await datastoreMembers(1)).toEqual([1, 2, 5].map(address));
    expect(await backups()).toEqual(
      Array.from({ length: 3 }, () => ['before-nodes whole', 'after-nodes whole']).flat(),
    );
    for (const n of [1, 2, 5])
      expect((await lab.onNode(n, 'ls /var/lib/kloudspot/backups')).stdout).toMatch(/after-nodes/);
  });
});
