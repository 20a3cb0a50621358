import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { reportSchema, type StatusReport } from '../../source/status/report.ts';
import { Rehearsal } from './program.ts';

interface Wish {
  readonly product: string;
  readonly managers: number;
  readonly workers: number;
  readonly features: readonly string[];
  /** Loses its power at a look of `status` after the build. */
  readonly lost: string;
  readonly interfaces?: number;
}

/** Machines `m-1 …` and `w-1 …` with the site that is built on them. */
async function built({ product, managers, workers, features, lost, interfaces = 1 }: Wish): Promise<Rehearsal> {
  const plain = await Rehearsal.begin();
  const names = [
    ...Array.from({ length: managers }, (_, index) => `m-${index + 1}`),
    ...Array.from({ length: workers }, (_, index) => `w-${index + 1}`),
  ];
  const address = (index: number) => `10.0.4.${21 + index}`;
  const nodes = names.map((name, index) => {
    const at = { mode: 'static', address: address(index), gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
    const further = Array.from({ length: interfaces - 1 }, (_, more) => ({
      name: `eno${more + 2}`,
      address: `10.${8 + more}.4.${21 + index}`,
    }));
    return [name, { hostname: name, address: at, furtherInterfaces: further }];
  });
  const scenario = {
    version: 1,
    title: product,
    summary: product,
    product,
    nodes: Object.fromEntries(nodes),
    faults: [{ node: lost, from: 2, command: 'certificate-dates', does: { kind: 'power', afterSeconds: 0 } }],
    draft: {
      version: 1,
      name: 'site',
      product,
      nodes: names.map((name, index) => ({
        name,
        reach: address(index),
        role: name.startsWith('w') ? 'worker' : 'manager',
        zone: `rack-${index}`,
        access: { user: 'ubuntu' },
      })),
      network: { gateway: '10.0.4.1', nameservers: ['10.0.4.1'], ...second(interfaces) },
      features,
      customer: { dnsName: 'site.example.org', reference: 'one' },
    },
  };
  const path = join(plain.root, `${product}.yaml`);
  await writeFile(path, stringify(scenario));
  const rehearsal = await Rehearsal.begin(path);
  const done = await rehearsal.run('init', '--yes');
  expect(done.code, `${done.stdout.slice(-3000)}\n${done.stderr}`).toBe(0);
  return rehearsal;
}

/** With a second interface the product serves in the network of that one. */
const second = (interfaces: number) =>
  interfaces < 2
    ? { virtualAddress: '10.0.4.40' }
    : {
        virtualAddress: '10.8.4.40',
        workload: { range: '10.8.4.0/24', interface: 'eno2', addresses: { syslog: '10.8.4.50' } },
      };

async function until(rehearsal: Rehearsal, seen: (report: StatusReport) => boolean): Promise<StatusReport> {
  let last: StatusReport | undefined;
  for (let tries = 0; tries < 60; tries++) {
    last = reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));
    if (seen(last)) return last;
  }
  throw new Error(`it was never seen: ${JSON.stringify(last?.reasons)}`);
}

const part = (report: StatusReport, name: string) => report.components.find((each) => each.name.endsWith(name));

describe('a Zenko-like site of five nodes', () => {
  it('keeps a copy of each stateful service on every node, and goes on degraded without one of them', async () => {
    const rehearsal = await built({ product: 'zenko', managers: 3, workers: 2, features: [], lost: 'w-2' });
    const well = await until(rehearsal, () => true);
    expect(well).toMatchObject({ verdict: 'ok', release: { chart: expect.stringMatching(/^zenko-/), differs: [] } });
    const mongodb = part(well, 'mongodb');
    expect(mongodb).toMatchObject({ ready: 5, wanted: 5, loss: 'stateful-lvm' });
    expect(mongodb?.nodes.map(({ node }) => node)).toEqual(['m-1', 'm-2', 'm-3', 'w-1', 'w-2']);
    const preflight = await rehearsal.run('preflight', '--all', '--json');
    expect(preflight.stdout).toContain('The size of the machines cannot be changed later.');

    const cut = await until(rehearsal, ({ nodes }) => nodes.some(({ state }) => state === 'lost'));
    expect(cut).toMatchObject({ verdict: 'degraded', datastore: { voters: 3, living: 3, survives: 1 } });
    expect(part(cut, 'kafka')).toMatchObject({ state: 'degraded', words: '4 of 5, until w-2 is back' });
    const moved = await until(rehearsal, (report) => part(report, 'cloudserver')?.complete === true);
    expect(part(moved, 'cloudserver')?.nodes.map(({ node }) => node)).not.toContain('w-2');
  });
});

describe('a Foresight-like site of six nodes', () => {
  it('has nothing of the product on its managers, also when a worker is lost', async () => {
    const rehearsal = await built({
      product: 'foresight',
      managers: 3,
      workers: 3,
      features: ['files'],
      lost: 'w-1',
      interfaces: 2,
    });
    const placed = (report: StatusReport) => [
      ...new Set(report.components.flatMap(({ nodes }) => nodes.map(({ node }) => node))),
    ];
    const well = await until(rehearsal, () => true);
    expect(well.verdict, well.reasons.join()).toBe('ok');
    expect(placed(well).toSorted()).toEqual(['w-1', 'w-2', 'w-3']);
    expect(well.pools.map(({ node }) => node).toSorted()).toEqual(['w-1', 'w-2', 'w-3']);
    const again = await rehearsal.run('apply', '--yes');
    expect(again.code, again.stdout.slice(-2000)).toBe(0);

    const cut = await until(rehearsal, ({ nodes }) => nodes.some(({ state }) => state === 'lost'));
    expect(cut.verdict).toBe('degraded');
    expect(part(cut, 'database')).toMatchObject({ state: 'degraded', words: '2 of 3, until w-1 is back' });
    const healed = await until(rehearsal, (report) => part(report, 'files')?.complete === true);
    expect(placed(healed).filter((node) => node.startsWith('m'))).toEqual([]);
  });
});

it('a shape that the product does not have is refused with those that it has', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) =>
    text.replace('product: kloudspot', 'product: foresight').replace(/^features:\n( +- .*\n)+/m, ''),
  );
  const refused = await rehearsal.run('preflight', '--site', site);
  expect(refused.code).toBe(3);
  expect(refused.stdout).toContain('it runs on: Three managers that only control, and three workers or more');
});
