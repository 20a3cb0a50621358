import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datastoreMembers, expectProduct, untilReady } from './judge.ts';
import * as lab from './lab.ts';
import { fromLaptop, journal, ran } from './program.ts';
import { virtualAddress, writeProduct, writeSite } from './site.ts';

const names = ['ks-1', 'ks-2', 'ks-3'] as const;
const namespace = ['-n', 'kloudspot'];
let root: string;
let site: string;

/** Three managers with the whole product, on the track before. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 3, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  const product = await writeProduct(join(root, 'site'));
  const nodes = names.map((name, index) => ({ n: index + 1, name }));
  site = await writeSite({ folder: join(root, 'site'), product, nodes, channel: '1.33/stable' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const flags = () => ['--site', site, '--yes', '--accept-new-host-keys'];
async function done(verb: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ran(fromLaptop(root, verb, ...flags(), ...words));
  expect(code, stdout.slice(-3_000) + stderr).toBe(0);
  return stdout;
}
const status = async () => JSON.parse((await ran(fromLaptop(root, 'status', '--site', site, '--json'))).stdout);
const verdict = async () => (await status()).verdict;
const tracking = async () =>
  Promise.all(
    names.map(async (_, index) =>
      (await lab.onNode(index + 1, "snap list microk8s | awk 'NR==2 {print $4}'")).stdout.trim(),
    ),
  );
const claims = async () =>
  (await lab.objects('pvc', ...namespace))
    .map(({ metadata, spec }) => `${metadata.name} ${spec.volumeName}`)
    .toSorted();
const inKafka = async (...words: string[]) =>
  (await lab.tryKubectl(['exec', ...namespace, 'kloudspot-kafka-0', '--', ...words])).stdout;
/** Five minutes until the pods of a lost node move, and then some on a busy machine. */
const patience = { timeout: 780_000, interval: 3_000 };

describe('the life of a cluster', () => {
  it('begins on the track before', async () => {
    await done('init');
    await expectProduct(1);
    await expect.poll(verdict, patience).toBe('ok');
    expect(await tracking()).toEqual(names.map(() => '1.33/stable'));
  });

  it('another channel in site.yaml is an upgrade: one node at a time, each ready and open before the next; data stays', async () => {
    const [before, starts] = [await claims(), await inKafka('cat', '/var/lib/kafka/data/starts')];
    expect(starts).not.toBe('');
    await writeFile(site, (await readFile(site, 'utf8')).replace('1.33/stable', '1.34/stable'));
    await done('apply');
    expect(await tracking()).toEqual(names.map(() => '1.34/stable'));
    const steps = journal(root).flatMap(({ type, step }) => (type.startsWith('step-') ? [`${type} ${step}`] : []));
    for (const [index, name] of names.entries()) {
      const settled = steps.indexOf(`step-done settled/${name}-1.34`);
      expect(settled).toBeGreaterThan(steps.indexOf(`step-done snap-refresh/1.34@${name}`));
      const next = steps.indexOf(`step-started snap-refresh/1.34@${names[index + 1]}`);
      if (next !== -1) expect(settled).toBeLessThan(next);
    }
    const open = (await lab.objects('nodes')).filter(({ spec }) => !spec.unschedulable);
    expect(open.map(({ metadata }) => metadata.name).toSorted()).toEqual(names);
    expect(await datastoreMembers(1)).toHaveLength(3);
    expect(await claims()).toEqual(before);
    await expect.poll(() => inKafka('cat', '/var/lib/kafka/data/starts'), patience).toContain(starts);
    await expect.poll(verdict, patience).toBe('ok');
  });

  it('restore brings back what was deleted and changed since the backup, and leaves what came after it', async () => {
    const map = ['configmap', 'lab-mark', ...namespace];
    const value = async () => (await lab.tryKubectl(['get', ...map, '-o', 'jsonpath={.data.value}'])).stdout;
    await lab.kubectl(['create', ...map, '--from-literal=value=before']);
    await done('backup');
    await lab.kubectl(['delete', ...map]);
    await lab.kubectl(['delete', 'ingress', '--all', ...namespace]);
    await lab.kubectl(['create', 'configmap', 'lab-later', ...namespace]);
    await done('restore', '--confirm-data-loss', 'lab');
    await expect.poll(value, patience).toBe('before');
    expect(await lab.objects('ingress', ...namespace)).not.toEqual([]);
    expect(await lab.objects('configmap', 'lab-later', ...namespace)).toHaveLength(1);
    await untilReady(3);
    await expect.poll(verdict, patience).toBe('ok');
  });

  it('a node is lost until its parts have moved; status tells them by kind; all heals, and rebalance spreads them again', async () => {
    // The last node of the upgrade was emptied for it: what can move lies on the other two.
    await done('rebalance');
    const ofWeb = async () =>
      (await lab.objects('pods', ...namespace))
        .filter(({ metadata }) => metadata.name.startsWith('kloudspot-web-'))
        .map(({ spec }) => spec.nodeName);
    expect((await ofWeb()).toSorted()).toEqual(names);
    await lab.off(3);
    const kinds = async () => {
      const { verdict: now, components } = await status();
      const of = (name: string) => components.find((part: { name: string }) => part.name === name);
      return { now, web: of('kloudspot-web')?.state, kafka: of('kloudspot-kafka')?.state };
    };
    await expect.poll(kinds, patience).toEqual({ now: 'degraded', web: 'moved', kafka: 'degraded' });
    await lab.on(3);
    await untilReady(3);
    await expect.poll(verdict, patience).toBe('ok');
    await done('rebalance');
    const uneven = (await status()).components.filter((part: { uneven: boolean }) => part.uneven);
    expect(uneven).toEqual([]);
  });

  it('stop leaves claims, cluster and address, and nothing else of the release', async () => {
    const before = await claims();
    const told = await done('stop');
    for (const claim of before) expect(told).toContain(claim.split(' ')[0]);
    expect(await lab.objects('deployments,statefulsets,services,ingresses', ...namespace)).toEqual([]);
    await expect.poll(() => lab.objects('pods', ...namespace), patience).toEqual([]);
    expect(await claims()).toEqual(before);
    expect(JSON.stringify(await lab.objects('services', '-n', 'ingress'))).toContain(virtualAddress);
    await untilReady(3);
  });
});
