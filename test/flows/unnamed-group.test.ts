import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

test('preflight, plan and apply take the volume group that the nodes have where the site names none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-group-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const scenario = parse(await readFile(join(home, 'templates/rehearsal/small-volume-group.yaml'), 'utf8'));
  for (const node of ['ks-1', 'ks-2', 'ks-3']) scenario.nodes[node].disks = [{ group: 'vg_data' }];
  const file = join(folder, 'other-group.yaml');
  await writeFile(file, stringify(scenario));
  const rehearsal = await Rehearsal.begin(file);
  expect((await rehearsal.run('preflight')).code).toBe(0);
  const plan = await rehearsal.run('plan', '--json');
  expect(JSON.parse(plan.stdout).site.storage).toMatchObject({ unshared: { volumeGroup: 'vg_data' } });
  const applied = await rehearsal.run('apply', '--yes');
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(parse(await readFile(rehearsal.path('etc/kloudspot/site.yaml'), 'utf8')).storage).toMatchObject({
    unshared: { volumeGroup: 'vg_data' },
    shared: { volumeGroup: 'vg_data' },
  });
});

test('storage estimate counts the groups that a build would take, and names them where nodes differ', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-group-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const scenario = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  scenario.nodes['ks-1'].disks = [{ group: 'vg_data' }];
  scenario.nodes['ks-2'].disks = [{ group: 'vg_data' }];
  scenario.nodes['ks-3'].disks = [{ group: 'data' }];
  const file = join(folder, 'other-groups.yaml');
  await writeFile(file, stringify(scenario));
  const rehearsal = await Rehearsal.begin(file);
  const { code, stdout } = await rehearsal.run('storage estimate', '--plain');
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('Using vg_data of ks-1 and ks-2, data of ks-3 for unshared volumes'),
  ]);
  expect(stdout).toContain('(the pool will be on vg_data/shared of ks-1 and ks-2, data/shared of ks-3, to be made');
});
