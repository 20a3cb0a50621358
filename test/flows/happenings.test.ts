import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

/** A scenario of this flow: the healthy one with more in it. */
async function scenarioOf(rehearsal: Rehearsal, change: (healthy: Healthy) => void): Promise<string> {
  const healthy: Healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  change(healthy);
  const path = join(rehearsal.root, 'own.yaml');
  await writeFile(path, stringify(healthy));
  return `--rehearse=${path}`;
}

interface Healthy {
  nodes: Record<string, Record<string, unknown>>;
  draft: Record<string, unknown>;
  [key: string]: unknown;
}

it('a disk that is lost after the build is named with what lay on it, and a group that is filled refuses growth', async () => {
  const rehearsal = await Rehearsal.begin();
  const scenario = await scenarioOf(rehearsal, (healthy) => {
    for (const node of Object.values(healthy.nodes))
      node['disks'] = [{}, { name: 'sdb', sizeGiB: 200, use: 'group', group: 'vg_share' }];
    healthy.draft['storage'] = { shared: { engine: 'cstor', volumeGroup: 'vg_share' } };
    healthy['events'] = [
      { node: 'ks-3', does: { kind: 'disk', name: 'sdb' } },
      { node: 'ks-2', does: { kind: 'fill', group: 'ubuntu-vg', leavesGiB: 1 } },
    ];
  });
  const built = await rehearsal.run('init', '--yes', scenario);
  expect(built.code, built.stderr + built.stdout.slice(-2000)).toBe(0);

  const listed = await rehearsal.run('storage list', scenario);
  expect(listed.stdout).toMatch(/vg_share .* no: vg_share is missing 1 physical volume/);
  const status = await rehearsal.run('status', scenario);
  expect(status.stdout).toMatch(
    /DEGRADED.*\n {2}Volume group vg_share of ks-3 is missing 1 disk\.\n {2}The storage pool is not online on ks-3 \(offline\)/,
  );
  const grown = await rehearsal.run('storage grow', 'kafka', '9', '--yes', scenario);
  expect([grown.code, grown.stderr]).toEqual([3, expect.stringContaining('ks-2: ubuntu-vg has 1 GB free')]);
});

it('a cluster that was made by hand is taken over with its workers', async () => {
  const rehearsal = await Rehearsal.begin();
  const scenario = await scenarioOf(rehearsal, (healthy) => {
    const address = { mode: 'static', address: '10.0.4.24', gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
    healthy.nodes['ks-4'] = { hostname: 'ks-4', address };
    for (const name of ['ks-2', 'ks-3']) Object.assign(healthy.nodes[name] ?? {}, { hostname: name });
    const own = { name: 'ks-4', reach: '10.0.4.24', role: 'worker', access: { user: 'ubuntu' } };
    healthy.draft['nodes'] = [
      ...['10.0.4.21', '10.0.4.87', '10.0.4.23'].map((reach, at) => ({
        ...own,
        name: `ks-${at + 1}`,
        reach,
        role: 'manager',
      })),
      own,
    ];
    healthy['cluster'] = { managers: ['ks-1', 'ks-2', 'ks-3'], workers: ['ks-4'], addons: ['dns'] };
  });
  const built = await rehearsal.run('init', '--yes', scenario);
  expect(built.code, built.stderr + built.stdout.slice(-2000)).toBe(0);
  expect(built.stdout).toMatch(/ks-4: Install MicroK8s .*: done, .* held, its arguments are those of its cluster/);
});

it('certificates that have ended are shown and renewed although no API answers; the cluster is whole again', async () => {
  const rehearsal = await Rehearsal.begin();
  const scenario = await scenarioOf(rehearsal, (healthy) => {
    const does = { kind: 'certificates', endedDays: 3 };
    healthy['events'] = Object.keys(healthy.nodes).map((node) => ({ node, does }));
  });
  const built = await rehearsal.run('init', '--yes', scenario);
  expect(built.code, built.stderr + built.stdout.slice(-2000)).toBe(0);

  const status = await rehearsal.run('status', scenario);
  expect(status.stdout).toMatch(
    /DOWN.*\n {2}The API of the cluster does not answer: its certificate has expired on ks-1, ks-2, ks-3\./,
  );
  expect(status.stdout).toMatch(/Next: kloudspot certificates renew /);
  const listed = await rehearsal.run('certificates', scenario);
  expect(listed.stdout).toMatch(/server +ks-1 +ended/);
  expect(listed.stdout).toContain('the certificate of the ingress was not read');
  const refused = await rehearsal.run('update', '--yes', scenario);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('No manager of the cluster answers.')]);

  const renewed = await rehearsal.run('certificates renew', '--yes', scenario);
  expect(renewed.code, renewed.stderr + renewed.stdout.slice(-2000)).toBe(0);
  const { verdict } = JSON.parse((await rehearsal.run('status', '--json', scenario)).stdout);
  expect(verdict).toBe('ok');
});
