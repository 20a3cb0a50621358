import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reportSchema } from '../../source/status/report.ts';
import { Rehearsal } from './program.ts';

async function setChannel(rehearsal: Rehearsal, channel: string): Promise<void> {
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^cluster:\n {2}channel: /m);
  await writeFile(file, text.replace(/^( {2}channel: ).*$/m, `$1${channel}`));
}

const report = async (rehearsal: Rehearsal) =>
  reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));

test('another track in site.yaml is an upgrade, one node at a time, with the ingress that changes; a step back is refused', async () => {
  const rehearsal = await Rehearsal.begin();
  expect(await rehearsal.run('init', '--yes')).toMatchObject({ code: 0 });
  await setChannel(rehearsal, '1.35/stable');
  const plan = await rehearsal.run('plan', '--brief');
  expect(plan.stdout).toMatch(/Backup before upgrade[\s\S]*Upgrade to 1\.35[\s\S]*Remove ingress-nginx/);
  expect(plan.stdout).not.toContain('Install MicroK8s');

  const done = await rehearsal.run('apply', '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(after).toMatchObject({ verdict: 'ok', virtualAddress: { given: true } });
  expect(new Set(after.nodes.map(({ version, schedulable }) => `${version} ${schedulable}`))).toEqual(
    new Set(['v1.35.1 true']),
  );
  expect(after.nodes.map(({ snap }) => snap)).toMatchObject(
    after.nodes.map(() => ({ channel: '1.35/stable', held: true })),
  );

  const events = await rehearsal.journal();
  const steps = events
    .filter(({ type }) => type === 'step-started' || type === 'step-done')
    .map(({ step, type }) => `${type} ${step}`);
  const nodes = ['ks-1', 'ks-2', 'ks-3'];
  for (const [at, node] of nodes.entries()) {
    const next = steps.indexOf(`step-started snap-refresh/1.35@${nodes[at + 1]}`);
    if (next !== -1) expect(steps.indexOf(`step-done settled/${node}-1.35`)).toBeLessThan(next);
  }

  await setChannel(rehearsal, '1.34/stable');
  const back = await rehearsal.run('apply', '--yes');
  expect(back).toMatchObject({ code: 3, stdout: expect.stringContaining('Kubernetes never goes back') });
  expect(back.stdout).not.toContain('purge');
});

test('an upgrade that is killed in a refresh is resumed, and undo goes back to the revision before', async () => {
  const rehearsal = await Rehearsal.begin();
  expect(await rehearsal.run('init', '--yes')).toMatchObject({ code: 0 });
  await setChannel(rehearsal, '1.35/stable');
  const running = rehearsal.start('apply', '--yes');
  const refreshes = (command: unknown) =>
    Array.isArray(command) && command.join(' ').includes('snap refresh microk8s --channel');
  await expect
    .poll(async () => (await rehearsal.journal()).some(({ command }) => refreshes(command)), {
      timeout: 60_000,
      interval: 5,
    })
    .toBe(true);
  const begun = (await rehearsal.journal()).find(({ type }) => type === 'run-started');
  process.kill(Number(begun?.['process']), 'SIGKILL');
  await running;
  const resumed = await rehearsal.run('resume', '--yes', '--take-over');
  expect(resumed.code, resumed.stdout).toBe(0);
  expect((await report(rehearsal)).nodes.every(({ version }) => version === 'v1.35.1')).toBe(true);

  const undone = await rehearsal.run('undo', '--step', 'snap-refresh/1.35@ks-3', '--yes');
  expect(undone.stdout + undone.stderr).toMatch(/ks-3|later/);
});
