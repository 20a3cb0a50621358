import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { reportSchema } from '../../source/status/report.ts';
import { until } from './events.ts';
import { type JournalLine, Rehearsal } from './program.ts';

async function setChannel(rehearsal: Rehearsal, channel: string): Promise<void> {
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^cluster:\n {2}channel: /m);
  await writeFile(file, text.replace(/^( {2}channel: ).*$/m, `$1${channel}`));
}

const report = async (rehearsal: Rehearsal) =>
  reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));

test('another track in site.yaml is an upgrade, one node at a time, with the ingress that changes; a step back is refused', async () => {
  const rehearsal = await Rehearsal.built();
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

test('a channel that the store does not have is refused before anything is changed', async () => {
  const rehearsal = await Rehearsal.built();
  const before = await rehearsal.runs();
  await setChannel(rehearsal, '1.36/stable');
  for (const [verb, ...flags] of [['preflight'], ['apply', '--yes']] as const) {
    const refused = await rehearsal.run(verb, ...flags);
    expect(refused.code, refused.stdout).toBe(3);
    expect(refused.stdout).toMatch(/The snap store has no channel 1\.36\/stable[\s\S]*It has 1\.35\/stable/);
  }
  expect(await rehearsal.runs()).toEqual(before);
  expect((await report(rehearsal)).nodes.map(({ version }) => version)).toEqual(['v1.34.4', 'v1.34.4', 'v1.34.4']);
});

test('update does not write an older channel than the one that runs', async () => {
  const rehearsal = await Rehearsal.built();
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const before = await readFile(file, 'utf8');
  const refused = await rehearsal.run('update', '--yes', '--set', 'cluster.channel=1.33/stable');
  expect(refused).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(
      /ks-1 runs 1\.34\/stable; 1\.33\/stable is older[\s\S]*Keep cluster\.channel at 1\.34\/stable/,
    ),
  });
  expect(await readFile(file, 'utf8')).toBe(before);
  expect(await rehearsal.runs()).toHaveLength(1);
});

test('a first build from a channel that the store does not have is refused', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) => text.replace(/^( {2}channel: ).*$/m, '$11.36/stable'));
  const refused = await rehearsal.run('init', '--yes', '--site', site);
  expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('has no channel 1.36/stable') });
  expect(await rehearsal.runs()).toEqual([]);
});

/** Begins the upgrade and kills its process while this node is refreshed. */
async function killedIn(node: string): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.built();
  await setChannel(rehearsal, '1.35/stable');
  const running = rehearsal.start('apply', '--yes');
  const refreshes = ({ step, command }: JournalLine) =>
    step === `snap-refresh/1.35@${node}` && String(command).startsWith('snap,refresh,microk8s,--channel');
  const events = await until(rehearsal, refreshes);
  process.kill(Number(events.find(({ type }) => type === 'run-started')?.['process']), 'SIGKILL');
  await running;
  return rehearsal;
}

test('an upgrade that is killed in a refresh is resumed', async () => {
  const rehearsal = await killedIn('ks-1');
  const resumed = await rehearsal.run('resume', '--yes', '--take-over');
  expect(resumed.code, resumed.stdout).toBe(0);
  expect((await report(rehearsal)).nodes.every(({ version }) => version === 'v1.35.1')).toBe(true);
});

test('an upgrade that is killed half way is undone: each node that was refreshed goes back, and is open again', async () => {
  const rehearsal = await killedIn('ks-2');
  const undone = await rehearsal.run('undo', '--yes', '--take-over');
  expect(undone.code, undone.stdout + undone.stderr).toBe(0);
  const { nodes } = await report(rehearsal);
  expect(nodes.map(({ name, version, schedulable }) => `${name} ${version} ${schedulable}`)).toEqual(
    ['ks-1', 'ks-2', 'ks-3'].map((name) => `${name} v1.34.4 true`),
  );
});

test('a single node, which has no mark of a member, is upgraded too; nobody is told to remove what runs on it', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) => {
    const three = parse(text);
    return stringify({ ...three, nodes: three.nodes.slice(0, 1) });
  });
  expect(await rehearsal.run('init', '--yes', '--site', site)).toMatchObject({ code: 0 });
  expect(await rehearsal.run('node replace', 'ks-1', '--yes')).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('ks-1 is a working member of the cluster'),
  });
  await setChannel(rehearsal, '1.33/stable');
  const back = await rehearsal.run('apply', '--yes');
  expect(back).toMatchObject({ code: 3, stdout: expect.stringContaining('Kubernetes never goes back') });
  expect(back.stdout).not.toContain('purge');
  await setChannel(rehearsal, '1.35/stable');
  const done = await rehearsal.run('apply', '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(after).toMatchObject({ verdict: 'ok', nodes: [{ version: 'v1.35.1', schedulable: true }] });
});
