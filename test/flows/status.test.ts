import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { reportSchema, type StatusReport } from '../../source/status/report.ts';
import { setPower } from './power.ts';
import { home, Rehearsal } from './program.ts';

/** The healthy scenario, in which nodes lose their power at a look of `status`: name → the how manieth. */
async function cutting(folder: string, cuts: Readonly<Record<string, number>>): Promise<string> {
  const scenario = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  const faults = Object.entries(cuts).map(([node, from]) => ({
    ...{ node, from, command: 'certificate-dates', does: { kind: 'power', afterSeconds: 0 } },
  }));
  const path = join(folder, 'cutting.yaml');
  await writeFile(path, stringify({ ...scenario, faults }));
  return path;
}

interface Look {
  readonly code: number;
  readonly report: StatusReport;
}

async function look(rehearsal: Rehearsal): Promise<Look> {
  const { code, stdout } = await rehearsal.run('status', '--json', '--exit-code');
  return { code, report: reportSchema.parse(JSON.parse(stdout)) };
}

async function until(rehearsal: Rehearsal, seen: (look: Look) => boolean): Promise<Look> {
  for (let tries = 0; tries < 60; tries++) {
    const found = await look(rehearsal);
    if (seen(found)) return found;
  }
  throw new Error('it was never seen');
}

/** Gives the verdicts that a live status shows until a node is lost, and the exit code with which Ctrl-C ends it then. */
async function watched(rehearsal: Rehearsal): Promise<{ readonly verdicts: string[]; readonly exitCode: unknown }> {
  const watching = rehearsal.start('status', '--watch', '--json', '--exit-code');
  const verdicts: string[] = [];
  let text = '';
  watching.stdout?.on('data', (chunk) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    verdicts.push(...lines.map((line) => reportSchema.parse(JSON.parse(line)).verdict));
    if (verdicts.includes('degraded')) watching.kill('SIGINT');
  });
  const { exitCode } = await watching;
  return { verdicts, exitCode };
}

test('ok, degraded with one node dead, down with two: by exit code, by JSON, and live until Ctrl-C', async () => {
  const plain = await Rehearsal.begin();
  const rehearsal = await Rehearsal.begin(await cutting(plain.root, { 'ks-3': 2, 'ks-2': 25 }));
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
  const well = await look(rehearsal);
  expect(well).toMatchObject({ code: 0, report: { verdict: 'ok', release: { differs: [] } } });
  expect(well.report.certificates.map(({ name }) => name)).toContain('ingress');

  const { verdicts, exitCode } = await watched(rehearsal);
  expect(verdicts.at(-1)).toBe('degraded');
  expect(verdicts.length).toBeGreaterThan(1);
  expect(exitCode).toBe(10);
  const cut = await until(rehearsal, ({ report }) => report.nodes.some(({ state }) => state === 'lost'));
  expect(cut.code).toBe(10);
  expect(cut.report.datastore).toEqual({ voters: 3, living: 2, survives: 0 });
  const kafka = cut.report.components.find(({ name }) => name.endsWith('kafka'));
  expect(kafka).toMatchObject({ loss: 'stateful-lvm', state: 'degraded', words: '2 of 3, until ks-3 is back' });

  const down = await until(rehearsal, ({ report }) => report.verdict === 'down');
  expect(down.code).toBe(11);
  expect(down.report.reasons[0]).toMatch(/does not answer on any manager; ks-1/);
});

/** Changes the login of rehearsed machines, by default so that nothing that is given opens it. */
async function lockOut(
  rehearsal: Rehearsal,
  names: readonly string[],
  login: object = { key: false, password: 'another' },
): Promise<void> {
  const path = rehearsal.path('var/lib/kloudspot/rehearsal/state.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  for (const machine of model.machines) if (names.includes(machine.id)) machine.login = { ...machine.login, ...login };
  await writeFile(path, JSON.stringify(model));
}

test('a node that refuses the login is named, and the others are looked at; support too', async () => {
  const rehearsal = await Rehearsal.built();
  await lockOut(rehearsal, ['ks-3']);
  const { code, stdout } = await rehearsal.run('status', '--exit-code');
  expect(stdout).toMatch(
    /OK as of[\s\S]*Not looked at: ks-3 refuses the login as ubuntu\.[\s\S]*Next: Give a password/,
  );
  expect(stdout).toMatch(/ks-1 +manager +yes +ready[\s\S]*ks-3 +manager +yes +ready/);
  expect(code).toBe(0);
  await setPower(rehearsal, 'ks-2', false);
  expect(await rehearsal.run('status', '--exit-code')).toMatchObject({
    code: 10,
    stdout: expect.stringMatching(/ks-2 has not answered[\s\S]*Not looked at: ks-3/),
  });
  const support = await rehearsal.run('support', '--yes', '--output', rehearsal.path('support.tar.gz'));
  expect([support.code, support.stdout]).toEqual([0, expect.stringMatching(/ks-3 refuses the login/)]);
  await lockOut(rehearsal, ['ks-1']);
  expect(await rehearsal.run('status', '--exit-code')).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(/2 nodes refuse access[\s\S]*--password-file/),
  });
});

test('a node that lets us in and refuses sudo is named, and so where every manager does', async () => {
  const rehearsal = await Rehearsal.built();
  const withPassword = { sudo: 'password', password: 'another' };
  await lockOut(rehearsal, ['ks-3'], withPassword);
  const { code, stdout } = await rehearsal.run('status', '--exit-code');
  expect(stdout).toMatch(
    /OK as of[\s\S]*Not looked at: On ks-3, ubuntu may not work as root\. sudo asks[\s\S]*Next: Give the sudo password/,
  );
  expect(stdout).toMatch(/ks-3 +manager +yes +ready/);
  expect(code).toBe(0);
  const support = await rehearsal.run('support', '--yes', '--output', rehearsal.path('support.tar.gz'));
  expect([support.code, support.stdout]).toEqual([0, expect.stringMatching(/On ks-3, ubuntu may not work as root/)]);
  await lockOut(rehearsal, ['ks-1', 'ks-2'], withPassword);
  expect(await rehearsal.run('status', '--exit-code')).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(/3 nodes refuse access[\s\S]*may not work as root/),
  });
});
