import { readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { filesUnder } from '../../source/site/files.ts';
import { reportSchema, type StatusReport } from '../../source/status/report.ts';
import { localBackups } from '../../source/workstation/backups.ts';
import { microk8s, scenarioWith } from '../rehearsal/world.ts';
import { onMachines } from './machine.ts';
import { setPower } from './power.ts';
import { Rehearsal } from './program.ts';

const built = () => Rehearsal.built('spare-machines');

async function report(rehearsal: Rehearsal, ...flags: readonly string[]): Promise<StatusReport> {
  return reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json', ...flags)).stdout));
}

const members = ({ nodes }: StatusReport) =>
  nodes.map(({ name, role, state, datastore }) => `${name} ${role} ${state} ${datastore ?? '-'}`);
const newNode = (name: string) => [name, '--reach', `10.0.4.2${name.at(-1)}`, '--address', `10.0.4.2${name.at(-1)}/24`];

test('a worker is added and removed; a manager too many for the product is refused before anything is touched', async () => {
  const rehearsal = await built();
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  await writeFile(
    file,
    (await readFile(file, 'utf8')).replace('reference: berlin-1', 'reference: berlin-1 # a remark'),
  );
  const added = await rehearsal.run('node add', ...newNode('ks-4'), '--yes');
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ of \d+ steps are already right/) });
  // No one has to wonder whether a member joins once more.
  expect(added.stdout).toMatch(/Join ks-2 as a manager {2}already right\n/);
  expect(added.stdout).toMatch(/Join ks-4 as a worker\n/);
  expect(members(await report(rehearsal))).toContain('ks-4 worker ready -');
  expect(await readFile(file, 'utf8')).toContain('# a remark');
  expect(await readFile(file, 'utf8')).toContain('name: ks-4');

  const backups = await localBackups(filesUnder(rehearsal.path()));
  expect(backups.map(({ id, whole }) => `${id.slice(21)} ${whole}`)).toEqual(['before-nodes true', 'after-nodes true']);

  const refused = await rehearsal.run('node add', ...newNode('ks-5'), '--role', 'manager', '--yes');
  expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('does not run on 4 managers') });
  expect(await readFile(file, 'utf8')).not.toContain('ks-5');

  expect(await rehearsal.run('node remove', 'ks-4', '--yes')).toMatchObject({ code: 0 });
  const after = await report(rehearsal);
  expect(after).toMatchObject({ verdict: 'ok', nodes: { length: 3 } });
  expect(await rehearsal.run('plan', '--brief')).toMatchObject({
    code: 0,
    stdout: expect.not.stringContaining('Leave'),
  });
});

test('a manager that lives is replaced: data, pool, vote and address move, and nothing is left of it', async () => {
  const rehearsal = await built();
  const before = await report(rehearsal);
  const done = await rehearsal.run('node replace', 'ks-3', '--with', ...newNode('ks-5'), '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(after.verdict).toBe('ok');
  expect(members(after).toSorted()).toEqual(['ks-1', 'ks-2', 'ks-5'].map((name) => `${name} manager ready voter`));
  expect(after.pools.map(({ node, online }) => `${node} ${online}`).toSorted()).toEqual(
    ['ks-1', 'ks-2', 'ks-5'].map((node) => `${node} true`),
  );
  expect(after.claims).toHaveLength(before.claims.length);
  expect(after.components.every(({ complete }) => complete)).toBe(true);
  const events = await rehearsal.journal();
  const order = events
    .filter(({ type, outcome }) => type === 'step-done' && outcome === 'changed')
    .map(({ step }) => step);
  const at = (step: string) => order.indexOf(step);
  expect(at('join-manager@ks-5')).toBeLessThan(at('cstor-copies'));
  expect(at('cstor-copies')).toBeLessThan(at('cstor-pool-leave@ks-3'));
  expect(at('cstor-pool-leave@ks-3')).toBeLessThan(at('drain@ks-3'));
  expect(at('drain@ks-3')).toBeLessThan(at('node-leave@ks-3'));
});

test('a manager that died is replaced by its name in the cluster, the dead one first, and by the same name', async () => {
  const rehearsal = await built();
  await setPower(rehearsal, 'ks-3', false, 600_000);
  const lost = await report(rehearsal);
  expect(members(lost)).toContain('ks-3 manager lost voter');
  const done = await rehearsal.run('node replace', 'ks-3', '--with', ...newNode('ks-4'), '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(members(after).toSorted()).toEqual(['ks-1', 'ks-2', 'ks-4'].map((name) => `${name} manager ready voter`));
  expect(after).toMatchObject({ verdict: 'ok', pools: { length: 3 } });
  const events = await rehearsal.journal();
  const started = events.filter(({ type }) => type === 'step-done').map(({ step }) => step);
  expect(started.indexOf('node-leave@ks-3')).toBeLessThan(started.indexOf('join-manager@ks-4'));
  expect(events.some(({ type, command }) => type === 'command' && String(command).includes('leave'))).toBe(false);
});

test('a member that works is not replaced by itself; one that has left by hand joins again by apply, with the data that lies on it', async () => {
  const rehearsal = await built();
  const before = await report(rehearsal);
  const refused = await rehearsal.run('node replace', 'ks-3', '--yes');
  expect(refused).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('ks-3 is a working member of the cluster'),
  });
  expect(refused.stderr).toMatch(
    /sudo microk8s leave on ks-3, sudo microk8s remove-node ks-3 on ks-1, then kloudspot apply/,
  );
  expect(await rehearsal.runs()).toHaveLength(1);
  await onMachines(rehearsal, async (world) => {
    await world.run('ks-3', `${microk8s} leave`);
    await world.run('ks-1', `${microk8s} remove-node ks-3`);
  });
  const done = await rehearsal.run('apply', '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(members(after).toSorted()).toEqual(members(before).toSorted());
  expect(after).toMatchObject({ verdict: 'ok', claims: before.claims });
});

test('a new machine at the address and under the name of a dead one: its host key is not trusted by itself, and what is printed leads on', async () => {
  const address = { mode: 'static', address: '10.0.4.23', gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
  const events = [{ node: 'ks-4', after: 'start', afterSeconds: 0, does: { kind: 'power' } }];
  const rehearsal = await Rehearsal.begin(
    await scenarioWith({ nodes: { 'ks-4': { hostname: 'ubuntu-4', address } }, events }),
  );
  expect(await rehearsal.run('init', '--yes')).toMatchObject({ code: 0 });
  await setPower(rehearsal, 'ks-3', false, 600_000);
  await setPower(rehearsal, 'ks-4', true);

  const status = await rehearsal.run('status');
  expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ks-3 +manager +yes +lost/m) });
  expect(status.stderr).toMatch(/^! ks-3 is not asked: the host key of ks-3 has changed: was \S+ SHA256:\S+, is /);
  const refused = await rehearsal.run('node replace', 'ks-3', '--yes');
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('The host key of ks-3 has changed.') });
  const forget = /^ +(ssh-keygen -R ks-3 -f \S+)$/m.exec(refused.stderr)?.[1] ?? 'false';
  expect(status.stderr).toContain(forget);
  await execa('bash', ['-c', forget]);

  const done = await rehearsal.run('node replace', 'ks-3', '--yes');
  expect(done.code, done.stdout).toBe(0);
  expect(done.stderr).toMatch(/New host keys, now pinned:\n +ks-3 /);
  expect(await report(rehearsal)).toMatchObject({ verdict: 'ok', nodes: { length: 3 }, pools: { length: 3 } });
  const resumed = await rehearsal.run('resume');
  expect(resumed.stderr).not.toContain('host key');
});

/** Three machines that were joined by hand, of which the site names two beside a new one. */
async function joinedByHand(): Promise<{ rehearsal: Rehearsal; site: string }> {
  const hosts = Object.fromEntries(['ks-1', 'ks-2', 'ks-3', 'ks-4'].map((name) => [name, { hostname: name }]));
  const address = (host: number) => ({
    address: { mode: 'static', address: `10.0.4.${host}`, gateway: '10.0.4.1', nameservers: ['10.0.4.1'] },
  });
  const nodes = {
    ...hosts,
    'ks-2': { ...hosts['ks-2'], ...address(22) },
    'ks-4': { ...hosts['ks-4'], ...address(24) },
  };
  const cluster = { managers: ['ks-1', 'ks-2', 'ks-3'], addons: ['dns'] };
  const rehearsal = await Rehearsal.begin(await scenarioWith({ nodes, cluster }));
  const text = (all: string) =>
    all.replaceAll('10.0.4.87', '10.0.4.22').replaceAll('ks-3', 'ks-4').replaceAll('10.0.4.23', '10.0.4.24');
  return { rehearsal, site: await rehearsal.siteFile(text) };
}

test('a member that no site has named is removed by its name alone, whether it lives or is lost', async () => {
  const { rehearsal, site } = await joinedByHand();
  const living = await rehearsal.run('init', '--site', site, '--yes');
  const refusal = /^✗ ks-3 is a member of the cluster, and site\.yaml does not name it\.$/m;
  expect(living).toMatchObject({ code: 6, stderr: expect.stringMatching(refusal) });
  await setPower(rehearsal, 'ks-3', false, 600_000);
  expect(members(await report(rehearsal, '--site', site))).toContain('ks-3 manager lost voter');
  for (const verb of ['init', 'apply', 'plan']) {
    const refused = await rehearsal.run(verb, '--site', site, ...(verb === 'plan' ? [] : ['--yes']));
    expect([verb, refused.code, refused.stderr]).toEqual([verb, 6, expect.stringMatching(refusal)]);
    expect(refused.stderr).toMatch(/name: ks-3, reach: 10\.0\.4\.23, role: manager\.\n.*kloudspot node remove ks-3/);
  }
  expect(await rehearsal.runs()).toEqual([]);
  const typo = await rehearsal.run('node remove', 'ks-33', '--site', site, '--yes');
  expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining('ks-3') });
  const removed = await rehearsal.run('node remove', 'ks-3', '--site', site, '--yes');
  expect(removed.code, removed.stderr + removed.stdout.slice(-2000)).toBe(0);
  expect(members(await report(rehearsal, '--site', site)).toSorted()).toEqual(
    ['ks-1', 'ks-2', 'ks-4'].map((name) => `${name} manager ready voter`),
  );
});

test('with one manager lost another one does not leave: the quorum', async () => {
  const rehearsal = await built();
  await setPower(rehearsal, 'ks-3', false);
  const refused = await rehearsal.run('node replace', 'ks-2', '--with', ...newNode('ks-4'), '--yes');
  expect(refused.code).toBe(3);
  expect(await rehearsal.runs()).toHaveLength(1);
});

test('a role is changed in site.yaml, and apply does it: the node leaves, joins again, and keeps its volumes', async () => {
  const rehearsal = await built();
  expect(await rehearsal.run('node add', ...newNode('ks-4'), '--yes')).toMatchObject({ code: 0 });
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const text = await readFile(file, 'utf8');
  const roles = text
    .replace(/(name: ks-4[\s\S]*?role: )worker/, '$1manager')
    .replace(/(name: ks-3[\s\S]*?role: )manager/, '$1worker');
  await writeFile(file, roles);
  const done = await rehearsal.run('apply', '--yes');
  expect(done.code, done.stdout).toBe(0);
  const after = await report(rehearsal);
  expect(members(after).toSorted()).toEqual([
    'ks-1 manager ready voter',
    'ks-2 manager ready voter',
    'ks-3 worker ready -',
    'ks-4 manager ready voter',
  ]);
  expect(after.components.every(({ complete }) => complete)).toBe(true);
});

test('a replacement that is killed half way is resumed, and no one leaves twice', async () => {
  const rehearsal = await built();
  const running = rehearsal.start('node replace', 'ks-3', '--with', ...newNode('ks-5'), '--yes');
  await expect
    .poll(
      async () =>
        (await rehearsal.journal()).some(({ step, type }) => step === 'node-leave@ks-3' && type === 'command'),
      { interval: 5 },
    )
    .toBe(true);
  const events = await rehearsal.journal();
  process.kill(Number(events.find(({ type }) => type === 'run-started')?.['process']), 'SIGKILL');
  await running;
  const resumed = await rehearsal.run('resume', '--yes', '--take-over');
  expect(resumed.code, resumed.stdout).toBe(0);
  expect(members(await report(rehearsal)).toSorted()).toEqual(
    ['ks-1', 'ks-2', 'ks-5'].map((name) => `${name} manager ready voter`),
  );
});
