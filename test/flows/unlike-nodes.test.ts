import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

/** What a node says of storage for itself, as site.yaml has it. */
interface Own {
  readonly [node: string]: object;
}

/** Three machines whose groups have each another name; ks-2 has a blank disk beside it. */
async function scenarioFile(root: string, own: Own, forAll?: object): Promise<string> {
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  healthy.nodes['ks-1'].disks = [{ group: 'ubuntu-vg' }];
  healthy.nodes['ks-2'].disks = [{ group: 'vg_data' }, { name: 'sdb', sizeGiB: 400, use: 'blank' }];
  healthy.nodes['ks-3'].disks = [{ group: 'data' }];
  if (forAll) healthy.draft.storage = { ...healthy.draft.storage, ...forAll };
  for (const node of healthy.draft.nodes) if (own[node.name]) node.storage = own[node.name];
  const path = join(root, 'unlike.yaml');
  await writeFile(path, stringify(healthy));
  return path;
}

const inGroup = (volumeGroup: string, more: object = {}) => ({
  unshared: { volumeGroup },
  shared: { volumeGroup },
  ...more,
});

it('nodes whose groups differ are refused where the site names one for all, and built where each has or names its own', async () => {
  const first = await Rehearsal.begin();
  const free = `--rehearse=${await scenarioFile(first.root, {})}`;
  expect((await first.run('preflight', free)).code).toBe(0);
  const forAll = { unshared: { volumeGroup: 'ubuntu-vg' }, shared: { volumeGroup: 'ubuntu-vg' } };
  const refused = await first.run('init', '--yes', `--rehearse=${await scenarioFile(first.root, {}, forAll)}`);
  expect(refused.code).toBe(3);
  expect(refused.stdout).toMatch(
    /Name each node's own volume group in site.yaml, nodes\[\]\.storage: vg_data \([\d.]+ GB free\) on ks-2, data/,
  );

  const rehearsal = await Rehearsal.begin();
  const own = {
    'ks-2': { unshared: { volumeGroup: 'vg_data' }, shared: { device: '/dev/sdb' } },
    'ks-3': inGroup('data', { reserve: 40, shared: { volumeGroup: 'data', volume: 'pool', size: 60 } }),
  };
  const flag = `--rehearse=${await scenarioFile(rehearsal.root, own)}`;
  const estimate = await rehearsal.run('storage estimate', '--yes', flag);
  expect([estimate.code, estimate.stdout]).toEqual([0, expect.stringMatching(/The configuration looks OK/)]);
  const built = await rehearsal.run('init', '--yes', flag);
  expect(built.code, built.stderr + built.stdout).toBe(0);
  for (const title of [
    /Make logical volume ubuntu-vg\/shared of 27 GB: done/,
    /Make volume group kloudspot-pool on \/dev\/sdb \(400 GB\b.*\): done/,
    /Make logical volume kloudspot-pool\/shared of 27 GB: done/,
    /Make logical volume data\/pool of 60 GB: done/,
  ])
    expect(built.stdout).toMatch(title);
  expect((await rehearsal.run('status', flag)).stdout).toMatch(/berlin is OK/);

  const { stdout } = await rehearsal.run('storage list', '--json', flag);
  const made = JSON.parse(stdout).nodes.map(
    ({ logicalVolumes }: { logicalVolumes: { name: string; volumeGroup: string }[] }) =>
      new Set(logicalVolumes.filter(({ name }) => name !== 'ubuntu-lv').map(({ volumeGroup }) => volumeGroup)),
  );
  expect(made).toEqual([new Set(['ubuntu-vg']), new Set(['kloudspot-pool', 'vg_data']), new Set(['data'])]);
  const listed = await rehearsal.run('storage list', flag);
  expect(listed.stdout.match(/\(default\)/g)).toHaveLength(3);
  expect(listed.stdout).toMatch(/kloudspot-pool\/shared +27G +volume +yes: holds the pool \(default\)/);
  expect((await rehearsal.run('apply', '--yes', flag)).code).toBe(0);
});
