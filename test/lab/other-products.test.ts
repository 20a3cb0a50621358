import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { reportSchema, type StatusReport } from '../../source/status/report.ts';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

/** Pods of many nodes are kwok's: Nodes, claims, evictions and the objects of the chart are real, what runs in a pod is not. */
const machine = { volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false, kubelet: 'kwok' } as const;
let root = '';
afterEach(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

interface Wish {
  readonly product: 'zenko' | 'foresight';
  readonly managers: number;
  readonly workers: number;
  readonly features: readonly string[];
  readonly volumes: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

const nameOf = (n: number) => `ks-${n}`;

/** Builds a site of this product on nodes 1 to N, managers first. */
async function built({ product: id, managers, workers, features, volumes, settings = {} }: Wish): Promise<string> {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  const folder = join(root, 'site');
  const product = await writeProduct(folder, undefined, id);
  const nodes = Array.from({ length: managers + workers }, (_, at) => ({
    n: at + 1,
    name: nameOf(at + 1),
    role: at < managers ? ('manager' as const) : ('worker' as const),
  }));
  const path = await writeSite({ folder, product, nodes, features });
  const site = parseDocument(await readFile(path, 'utf8'));
  site.setIn(['storage', 'volumes'], Object.fromEntries(volumes.map((volume) => [volume, 1])));
  for (const [name, value] of Object.entries(settings)) site.setIn(name.split('.'), value);
  await writeFile(path, site.toString());
  const { code, stdout, stderr } = await ran(
    fromLaptop(root, 'init', '--site', path, '--yes', '--accept-new-host-keys'),
  );
  expect(code, stdout.slice(-4_000) + stderr).toBe(0);
  return path;
}

async function status(site: string): Promise<StatusReport> {
  const { stdout, stderr } = await ran(fromLaptop(root, 'status', '--site', site, '--json'));
  expect(stdout, stderr).not.toBe('');
  return reportSchema.parse(JSON.parse(stdout));
}

const part = (report: StatusReport, name: string) => report.components.find((each) => each.name.endsWith(name));
const placed = (report: StatusReport) =>
  [...new Set(report.components.flatMap(({ nodes }) => nodes.map(({ node }) => node)))].toSorted();
/** Kubernetes waits 40 s before it calls a node lost, then 5 min before it replaces what ran there. */
const patience = { timeout: 720_000, interval: 2_000 };

it('a Zenko-like site of five machines has a copy of each stateful service on every one, and goes on without one of them', async () => {
  await lab.up({ nodes: 5, ...machine });
  const site = await built({
    product: 'zenko',
    managers: 3,
    workers: 2,
    features: [],
    volumes: ['mongodb', 'redis', 'kafka', 'zookeeper'],
  });
  for (const n of [1, 5])
    expect((await lab.onNode(n, 'sysctl -n vm.max_map_count vm.swappiness')).stdout).toBe('262144\n1\n');
  await expect
    .poll(async () => part(await status(site), 'mongodb'), patience)
    .toMatchObject({ ready: 5, wanted: 5, loss: 'stateful-lvm' });
  const all = [1, 2, 3, 4, 5].map(nameOf);
  for (const name of ['mongodb', 'redis', 'kafka', 'zookeeper'])
    expect(part(await status(site), name)?.nodes.map(({ node }) => node)).toEqual(all);
  const claims = await lab.objects('pvc', '-n', 'zenko');
  expect(claims).toHaveLength(20);
  for (const claim of claims) expect(claim).toMatchObject({ status: { phase: 'Bound' } });

  await lab.off(5);
  await expect
    .poll(async () => (await status(site)).nodes.find(({ name }) => name === 'ks-5')?.state, patience)
    .toBe('lost');
  const cut = await status(site);
  expect(cut).toMatchObject({ verdict: 'degraded', datastore: { voters: 3, living: 3, survives: 1 } });
  expect(part(cut, 'kafka')).toMatchObject({ state: 'degraded', words: '4 of 5, until ks-5 is back' });
  await expect
    .poll(async () => part(await status(site), 'cloudserver'), patience)
    .toMatchObject({ complete: true, state: 'moved' });
  await lab.on(5);
  await expect.poll(async () => part(await status(site), 'kafka'), patience).toMatchObject({ ready: 5 });
});

it('a Foresight-like site of six machines with two networks has nothing of the product on its managers', async () => {
  await lab.up({ nodes: 6, ...machine, secondNetwork: true });
  const site = await built({
    product: 'foresight',
    managers: 3,
    workers: 3,
    features: ['files'],
    volumes: ['database', 'files'],
    settings: {
      'network.virtualAddress': '10.79.0.200',
      'network.workload': { range: '10.79.0.0/16', interface: 'eth1' },
    },
  });
  const workers = [4, 5, 6].map(nameOf);
  await expect.poll(async () => placed(await status(site)), patience).toEqual(workers);
  for (const name of [1, 2, 3].map(nameOf)) {
    const [node] = await lab.objects('nodes', '--field-selector', `metadata.name=${name}`);
    expect(JSON.stringify(node?.spec)).toContain('NoSchedule');
  }
  expect((await status(site)).pools.map(({ node }) => node).toSorted()).toEqual(workers);

  await lab.off(4);
  await expect
    .poll(async () => (await status(site)).nodes.find(({ name }) => name === 'ks-4')?.state, patience)
    .toBe('lost');
  expect(part(await status(site), 'database')).toMatchObject({ words: '2 of 3, until ks-4 is back' });
  await expect.poll(async () => part(await status(site), 'files')?.complete, patience).toBe(true);
  expect(placed(await status(site)).filter((node) => !workers.includes(node))).toEqual([]);
});
