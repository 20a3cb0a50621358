import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesUnder } from '../../source/site/files.ts';
import { localBackups as backupsUnder } from '../../source/workstation/backups.ts';
import { setPower } from './power.ts';
import { Rehearsal } from './program.ts';

const running = () =>
  Rehearsal.built('healthy', 'one-feature', (text) =>
    text.replace(/^features:\n( +- .*\n)+/m, 'features: [kloudInsights]\n'),
  );

const localBackups = (rehearsal: Rehearsal) => backupsUnder(filesUnder(rehearsal.path()));
const siteText = (rehearsal: Rehearsal) => readFile(rehearsal.path('etc/kloudspot/site.yaml'), 'utf8');

it('plan beside a cluster that is there says what is right already, and what is left', async () => {
  const rehearsal = await running();
  const runs = await rehearsal.runs();
  const built = await rehearsal.run('plan', '--brief');
  expect(built.stdout).toContain('Everything matches the site file');
  // Where a manager has Helm, Helm judges, and says which images the registries are asked for.
  const { findings } = JSON.parse((await rehearsal.run('preflight', '--json')).stdout);
  const of = (id: string) => findings.filter(({ check }: { check: string }) => check === id);
  expect(of('chart-values')).toMatchObject([{ grade: 'pass', reason: 'Helm accepts all values.' }]);
  expect(of('images')).toMatchObject([{ grade: 'pass', seen: expect.stringMatching(/^(\d+ found|all there)$/) }]);
  const site = rehearsal.path('etc/kloudspot/site.yaml');
  await writeFile(site, (await readFile(site, 'utf8')).replace('ks-3', 'ks-9'));
  const { code, stdout } = await rehearsal.run('plan', '--brief', '--site', site);
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/\d+ of \d+ steps are already right/);
  expect(stdout).toMatch(/ks-1 +Install MicroK8s 1\.34 {2}already right/);
  expect(await rehearsal.runs()).toEqual(runs);
});

describe('update', () => {
  it('shows what changes in the cluster before it begins, and changes nothing when that is not confirmed', async () => {
    const rehearsal = await running();
    const before = await siteText(rehearsal);
    const asked = await rehearsal.run('update', '--set', 'features=[kloudInsights,kloudManage]');
    expect(asked.code).toBe(6);
    expect(asked.stdout).toContain('+   kloudManage: true');
    expect(asked.stdout).toContain('StatefulSet kloudspot-manage-mongodb is made');
    expect(await siteText(rehearsal)).toBe(before);
    const nothing = await rehearsal.run('update', '--yes');
    expect(nothing.code, nothing.stderr).toBe(0);
    expect(nothing.stdout).toContain('No object of the cluster changes.');
    expect(asked.stdout).toContain('Backup before update');
    expect(nothing.stdout).not.toContain('Backup');
    expect(await localBackups(rehearsal)).toEqual([]);
  });

  it('refuses before it begins what Kubernetes would refuse half way', async () => {
    const rehearsal = await running();
    const runs = await rehearsal.runs();
    const refused = await rehearsal.run('update', '--yes', '--set', 'values.volumes.kafka.storageClass=other');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('StatefulSet kloudspot-kafka: spec.volumeClaimTemplates cannot be changed');
    expect(await rehearsal.runs()).toEqual(runs);
  });

  it('with a node lost ends well where all that it changed is ready, and goes back where that is not', async () => {
    const rehearsal = await running();
    await setPower(rehearsal, 'ks-3', false, 600_000);
    const done = await rehearsal.run('update', '--yes', '--set', 'customer.reference=berlin-2');
    expect(done.code, done.stdout).toBe(0);
    expect(done.stdout).toContain('The update waits for every part but for what only ks-3 can run');
    expect(done.stdout).toMatch(/kafka 2 of 3.*: what has its volume or its place on ks-3 waits for it/);
    const wrong = ['features=[kloudInsights,kloudManage]', 'values.volumes.manageDatabase.storageClass=missing'];
    const failed = await rehearsal.run('update', '--yes', ...wrong.flatMap((each) => ['--set', each]));
    expect(failed.code).toBe(4);
    expect(failed.stdout).toMatch(/rolled back to revision 2\n[\s\S]*next: Bring ks-3 back, or replace it: /);
    expect(failed.stdout.match(/node replace ks-3/g)).toHaveLength(2);
  });

  it('that does not become ready says what is stuck, and goes back with site.yaml and values.yaml', async () => {
    const rehearsal = await running();
    const before = await siteText(rehearsal);
    const failed = await rehearsal.run(
      'update',
      '--yes',
      '--set',
      'features=[kloudInsights,kloudManage]',
      '--set',
      'values.volumes.manageDatabase.storageClass=missing',
    );
    expect(failed.code).toBe(4);
    expect(failed.stdout).toMatch(/kloudspot-manage-mongodb-0: not placed on a node: /);
    expect(failed.stdout).toContain('rolled back to revision 1');
    const [kept] = await localBackups(rehearsal);
    expect(kept).toMatchObject({ whole: true });
    expect(failed.stdout).toMatch(new RegExp(`kloudspot restore ${kept?.id} .*as they were before`));
    const saved = parse(await readFile(join(kept?.folder ?? '', 'site.yaml'), 'utf8'));
    expect(saved.features).toEqual(['kloudInsights']);
    const { backups } = JSON.parse((await rehearsal.run('backup', '--list', '--json')).stdout);
    expect(backups).toMatchObject([{ whole: ['this machine', 'ks-1', 'ks-2', 'ks-3'], damaged: [] }]);
    expect(await siteText(rehearsal)).toBe(before);
    const values = parse(await readFile(rehearsal.path('etc/kloudspot/values.yaml'), 'utf8'), { version: '1.1' });
    expect(values.features.kloudManage).toBe(false);
    const status = JSON.parse((await rehearsal.run('status', '--json')).stdout);
    expect(status).toMatchObject({
      release: { status: 'deployed', differs: [] },
      reasons: expect.arrayContaining(['The last change did not become ready and was rolled back.']),
    });
    expect(status.next).not.toMatch(/resume/);
  });
});
