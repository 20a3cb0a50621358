import { appendFile, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRehearsal } from '../../source/rehearsal/rehearsal.ts';
import { filesUnder } from '../../source/site/files.ts';
import { reportSchema } from '../../source/status/report.ts';
import { localBackups } from '../../source/workstation/backups.ts';
import { setPower } from './power.ts';
import { Rehearsal } from './program.ts';

/** Runs a command as root on a rehearsed node. */
async function on(rehearsal: Rehearsal, node: string, address: string, command: string): Promise<string> {
  const world = await openRehearsal({ files: filesUnder(rehearsal.path()), speed: 0 });
  const host = await world.hosts.get({ node, addresses: [address] });
  const { stdout } = await host.run(command.split(' '), { sudo: true, deadline: 60_000 });
  await world.close();
  return stdout;
}

const kubectl = '/snap/bin/microk8s kubectl';
const report = async (rehearsal: Rehearsal) =>
  reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));

test('a backup is whole here and on every manager; restore brings its objects back, and refuses what is damaged', async () => {
  const rehearsal = await Rehearsal.built();
  expect(await rehearsal.run('restore', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No backups on this machine'),
  });
  const label = (value: string) =>
    on(
      rehearsal,
      'ks-1',
      '10.0.4.21',
      `${kubectl} patch configmap coredns -n kube-system --type merge -p {"metadata":{"labels":{"a":"${value}"}}}`,
    );
  await label('before');
  expect(await rehearsal.run('backup', '--yes')).toMatchObject({ code: 0 });
  const { backups } = JSON.parse((await rehearsal.run('backup', '--list', '--json')).stdout);
  expect(backups).toMatchObject([{ whole: ['this machine', 'ks-1', 'ks-2', 'ks-3'], damaged: [] }]);
  await label('after');

  expect(await rehearsal.run('restore', '--yes')).toMatchObject({ code: 6 });
  const restored = await rehearsal.run('restore', '--yes', '--confirm-data-loss', 'berlin');
  expect(restored.code, restored.stdout + restored.stderr).toBe(0);
  expect(await on(rehearsal, 'ks-2', '10.0.4.22', `${kubectl} get configmap coredns -n kube-system -o json`)).toContain(
    '"a": "before"',
  );
  expect(await report(rehearsal)).toMatchObject({ verdict: 'ok' });

  const files = filesUnder(rehearsal.path());
  const all = await localBackups(files);
  expect(all.map(({ id, whole }) => `${id.slice(21)} ${whole}`)).toEqual(['by-hand true', 'before-restore true']);
  await appendFile(join(all[0]?.folder ?? '', 'volumes.json'), 'x');
  const damaged = await rehearsal.run('restore', all[0]?.id ?? '', '--yes', '--confirm-data-loss', 'berlin');
  expect(damaged).toMatchObject({ code: 6, stderr: expect.stringContaining('is damaged') });
});

test('only the newest backups stay, and nothing of a backup is in the journal', async () => {
  const rehearsal = await Rehearsal.built();
  expect(await rehearsal.run('backup', '--yes')).toMatchObject({ code: 0 });
  const folder = rehearsal.path('var/lib/kloudspot/backups');
  const [made = ''] = await readdir(folder);
  for (let day = 10; day < 20; day++)
    await cp(join(folder, made), join(folder, `2020-01-${day}T00-00-00Z-by-hand`), { recursive: true });
  expect(await rehearsal.run('backup', '--yes')).toMatchObject({ code: 0 });
  const kept = (await readdir(folder)).toSorted();
  expect(kept).toHaveLength(10);
  expect(kept.slice(-2)).toContain(made);
  expect(JSON.stringify(await rehearsal.journal())).not.toMatch(/UkVIRUFSU0Vk|Y2VydGlmaWNhdGVz/);
});

test('the list of backups names the managers whose backups are not known', async () => {
  const rehearsal = await Rehearsal.built();
  expect(await rehearsal.run('backup', '--yes')).toMatchObject({ code: 0 });
  await setPower(rehearsal, 'ks-3', false);
  const listed = await rehearsal.run('backup', '--list');
  expect(listed.stdout).toMatch(/this machine, ks-1, ks-2\nNot listed: those on ks-3\. ks-3 does not answer/);
  const { silent } = JSON.parse((await rehearsal.run('backup', '--list', '--json')).stdout);
  expect(silent).toMatchObject([{ node: 'ks-3' }]);
});

test('certificates are renewed one manager after the other, and the CA of several nodes is not', async () => {
  const rehearsal = await Rehearsal.built();
  const ends = async () => {
    const { certificates } = JSON.parse((await rehearsal.run('certificates', '--json')).stdout);
    return certificates
      .filter(({ name }: { name: string }) => name === 'server')
      .map(({ until }: { until: string }) => until);
  };
  const before = await ends();
  expect(await rehearsal.run('certificates renew', '--within', '30', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No certificate is due.'),
  });
  const renewed = await rehearsal.run('certificates renew', '--yes');
  expect(renewed.code, renewed.stdout).toBe(0);
  const after = await ends();
  expect(after).toHaveLength(3);
  expect(Math.min(...after.map(Date.parse))).toBeGreaterThan(Math.max(...before.map(Date.parse)));
  const done = (await rehearsal.journal()).filter(({ type }) => type === 'step-done' || type === 'step-started');
  const steps = [
    'backup/before-certificates',
    ...['ks-1', 'ks-2', 'ks-3'].map((node) => `certificate-renewal@${node}`),
    'backup/after-certificates',
  ];
  expect(done.map(({ type, step }) => `${type} ${step}`)).toEqual(
    steps.flatMap((step) => [`step-started ${step}`, `step-done ${step}`]),
  );
  const refused = await rehearsal.run('certificates renew', '--ca', '--yes');
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('not renewed in place on 3 nodes') });
});

test('a drill cuts a node off, measures, and the node comes back by itself; rebalance then spreads what moved', async () => {
  const rehearsal = await Rehearsal.built();
  const drilled = await rehearsal.run('drill', 'ks-3', '--seconds', '420', '--yes');
  expect(drilled.code, drilled.stdout).toBe(0);
  expect(drilled.stdout).toMatch(/counted as lost after 4\d/);
  expect(drilled.stdout).toContain('the API always answered');
  expect(drilled.stdout).toMatch(/kafka not ready from .* to the end of the cut/);
  const uneven = await report(rehearsal);
  expect(uneven.nodes.every(({ state }) => state === 'ready')).toBe(true);
  expect(uneven.components.some((part) => part.uneven)).toBe(true);
  expect(uneven.next).toContain('rebalance');

  const spread = await rehearsal.run('rebalance', '--yes');
  expect(spread.code, spread.stdout).toBe(0);
  const even = await report(rehearsal);
  expect(even.components.some((part) => part.uneven)).toBe(false);
  const moved = (await rehearsal.journal()).flatMap(({ type, command }) =>
    type === 'command' ? [String(command)] : [],
  );
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.every((command) => command.includes('delete,pods'))).toBe(true);
  expect(await rehearsal.run('rebalance', '--yes')).toMatchObject({ stdout: expect.stringContaining('spread evenly') });
});
