import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

/** Three machines with a second disk; that of ks-2 is lost. */
async function scenarioFile(root: string, group: string, event: object): Promise<string> {
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  for (const node of Object.values<Record<string, unknown>>(healthy.nodes))
    node['disks'] = [{}, { name: 'sdb', sizeGiB: 400, use: 'group', group }];
  healthy.events = [{ node: 'ks-2', does: { kind: 'disk', name: 'sdb' }, ...event }];
  healthy.draft.storage = { unshared: { volumeGroup: group }, shared: { volumeGroup: group } };
  const path = join(root, 'lost.yaml');
  await writeFile(path, stringify(healthy));
  return path;
}

it('a group that lost its second disk before the build is told of, with what to do, and nothing is begun', async () => {
  const rehearsal = await Rehearsal.begin();
  const path = await scenarioFile(rehearsal.root, 'ubuntu-vg', { after: 'start', afterSeconds: 0 });
  const [flag, drop] = [`--rehearse=${path}`, /vgreduce --removemissing ubuntu-vg/];

  const estimate = await rehearsal.run('storage estimate', '--yes', flag);
  expect([estimate.code, estimate.stdout]).toEqual([3, expect.stringMatching(drop)]);
  expect(estimate.stdout).toMatch(
    /on a missing disk, \/dev\/sda3\n +not usable: ubuntu-vg is missing 1 physical volume/,
  );
  expect(estimate.stdout).toMatch(/ks-2: ubuntu-vg is missing 1 physical volume\./);
  const list = await rehearsal.run('storage list', flag);
  expect(list.stdout).toMatch(/ubuntu-vg .*free space +no: ubuntu-vg is missing 1 physical volume\. \(default\)/);
  const preflight = await rehearsal.run('preflight', flag);
  expect([preflight.code, preflight.stdout]).toEqual([3, expect.stringMatching(drop)]);
  const plan = await rehearsal.run('plan', '--brief', flag);
  expect(plan.stdout).toMatch(/ks-2: ubuntu-vg is missing 1 physical volume\.\nWhat helps: kloudspot storage estimate/);
  const init = await rehearsal.run('init', '--yes', flag);
  expect([init.code, init.stdout]).toEqual([3, expect.stringMatching(drop)]);
  expect(await rehearsal.runs()).toEqual([]);
});

it('a disk lost under the running product: status names the group, the node and what to do', async () => {
  const rehearsal = await Rehearsal.begin();
  const path = await scenarioFile(rehearsal.root, 'vg_data', { after: 'product', afterSeconds: 600 });
  const flag = `--rehearse=${path}`;
  const built = await rehearsal.run('init', '--yes', flag);
  expect(built.code, built.stderr + built.stdout).toBe(0);
  // The hour after the deployment goes by while it is asked.
  await expect
    .poll(async () => (await rehearsal.run('status', flag)).stdout)
    .toMatch(/DEGRADED[\s\S]*Volume group vg_data of ks-2 is missing 1 disk\.[\s\S]*kloudspot node replace ks-2/);
  const estimate = await rehearsal.run('storage estimate', '--yes', flag);
  expect([estimate.code, estimate.stdout]).toEqual([
    3,
    expect.stringMatching(/ks-2: vg_data is missing 1 physical volume/),
  ]);
  const preflight = await rehearsal.run('preflight', flag);
  expect(preflight.stdout).toMatch(/State of volume groups \(ks-2\)\n +vg_data is missing 1 physical volume/);
});
