import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { Rehearsal } from './program.ts';

/** Begins a run, and stops its process in the middle of the first step: it lives and changes nothing any more. */
async function heldRun(rehearsal: Rehearsal) {
  const running = rehearsal.start('init', '--yes');
  for (;;) {
    const journal = await rehearsal.journal().catch(() => []);
    const begun = journal.find(({ type }) => type === 'run-started');
    if (begun !== undefined && journal.some(({ type }) => type === 'step-started')) {
      const process_ = Number(begun['process']);
      process.kill(process_, 'SIGSTOP');
      while (!(await readFile(`/proc/${process_}/stat`, 'utf8')).includes(') T ')) await wait(5);
      return { running, process: process_ };
    }
    await wait(20);
  }
}

it('a second init --yes ends with 5 and changes no file', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 5);
  const site = await rehearsal.siteFile((text) => text.replace(/reference: .*/, 'reference: OTHER'));
  const { running, process: held } = await heldRun(rehearsal);
  // The last that the front end of the first one writes.
  const operator = rehearsal.path('var/lib/kloudspot/operator/operator.json');
  await expect.poll(async () => (await rehearsal.everything()).has(operator)).toBe(true);
  const before = await rehearsal.everything();
  expect(before.get(rehearsal.path('etc/kloudspot/values.yaml'))).toBeDefined();
  const loser = await rehearsal.run('init', '--yes', '--site', site);
  expect(loser.stderr).toMatch(/Another run holds the lock/);
  expect(loser.code).toBe(5);
  const after = await rehearsal.everything();
  const names = new Set([...before.keys(), ...after.keys()]);
  expect([...names].filter((name) => before.get(name) !== after.get(name))).toEqual([]);
  process.kill(held, 'SIGKILL');
  await running;
});

it('resume refuses a plan that was changed, and carries out nothing of it', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 5);
  const { running, process: held } = await heldRun(rehearsal);
  process.kill(held, 'SIGKILL');
  await running;
  const [run = ''] = await rehearsal.runs();
  const path = rehearsal.path('var/lib/kloudspot/runs', run, 'plan.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"apt-get"', '"touch"'));
  for (const verb of ['start', 'update', 'stop']) {
    const early = await rehearsal.run(verb, '--yes');
    expect(early).toMatchObject({ code: 4, stderr: expect.stringContaining('The last run is not finished.') });
    expect(early.stderr).toMatch(/next: +kloudspot resume/);
  }
  const journal = await rehearsal.journal();
  const refused = await rehearsal.run('resume', '--yes');
  expect(refused.stderr).toContain('The plan was changed after it was made.');
  expect(refused.code).toBe(2);
  expect(await rehearsal.journal()).toEqual(journal);
  await writeFile(path, text);
  await writeFile(rehearsal.path('var/lib/kloudspot/runs', run, 'run.json'), '');
  const damaged = await rehearsal.run('resume', '--yes');
  expect(damaged.stderr).toMatch(/where: .*run\.json/);
  expect(damaged.code).toBe(2);
});

it('a rehearsal leaves reach as it is, reaches the moved node all the same, and can be begun again', async () => {
  const rehearsal = await Rehearsal.begin();
  const reaches = async () =>
    JSON.parse((await rehearsal.run('plan', '--json')).stdout).site.nodes.map(({ reach }: { reach: string }) => reach);
  const before = await reaches();
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
  expect(await reaches()).toEqual(before);
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
});

it('undo refuses a journal with a damaged line: what it says would stay; the command that it prints removes the line', async () => {
  const rehearsal = await Rehearsal.built();
  const [run = ''] = await rehearsal.runs();
  const path = rehearsal.path('var/lib/kloudspot/runs', run, 'journal.jsonl');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.toSpliced(3, 0, '\0\0\0').join('\n'));
  const refused = await rehearsal.undo();
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('journal.jsonl, line 4') });
  const [, command = ''] = /(sed -i .*)$/m.exec(refused.stderr) ?? [];
  await execa('bash', ['-c', command]);
  expect(await readFile(path, 'utf8')).toBe(lines.join('\n'));
  const undone = await rehearsal.undo();
  expect(undone.code, undone.stdout + undone.stderr).toBe(0);
});
