import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunEvent, RunHandle } from '../../source/engine/journal/event.ts';
import { followRun } from '../../source/engine/journal/follow.ts';
import { journalEvents } from '../../source/engine/journal/journal.ts';
import { runProcess } from '../../source/engine/process/run-process.ts';
import { findRun, listRuns, summarizeRun, unfinishedRun } from '../../source/engine/runs.ts';
import { continueRun, type LaunchOptions, launchRun, undoRun } from '../../source/engine/worker/launch.ts';
import { steerRun } from '../../source/engine/worker/steer.ts';
import { identifyProcess, lifeOf } from '../../source/host/process-identity.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { toyNodes, toyPlan } from './toys.ts';

// What the children compile once, the next ones load.
process.env.NODE_COMPILE_CACHE = join(tmpdir(), 'ks-run-compile-cache');
const program = [process.execPath, join(import.meta.dirname, 'toy-worker.ts')];

interface Place extends LaunchOptions {
  readonly files: Files;
  readonly effects: string;
}

async function place(attended = false): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'ks-run-'));
  const passwords = { snapshot: () => ({ login: 'open sesame' }) };
  return { files: filesUnder(root), passwords, program, attended, effects: join(root, 'effects') };
}

/** Three nodes, each with a chain of steps, and two that need them all. */
function chains(
  { effects }: Place,
  options: { readonly ms: number; readonly length: number; readonly fails?: string },
): Plan {
  const { ms, length, fails } = options;
  const parameters = (id: string) => ({ effects, ms, fails: id === fails });
  const steps = toyNodes.flatMap((node) =>
    Array.from({ length }, (_, place) => ({
      id: `${place}@${node}`,
      kind: 'effect',
      node,
      needs: place === 0 ? [] : [`${place - 1}@${node}`],
      parameters: parameters(`${place}@${node}`),
    })),
  );
  const all = toyNodes.map((node) => `${length - 1}@${node}`);
  return toyPlan([
    ...steps,
    { id: 'cluster', kind: 'effect', needs: all, parameters: parameters('cluster') },
    { id: 'product', kind: 'effect', needs: ['cluster'], parameters: parameters('product') },
  ]);
}

async function follow(run: RunHandle, poll = 20): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of followRun(run.directory, { signal: AbortSignal.timeout(590_000), poll }))
    events.push(event);
  return events;
}

/** Settles once the run has paused so many times. */
async function paused(run: RunHandle, times: number): Promise<void> {
  let seen = 0;
  for await (const { type } of followRun(run.directory, { signal: AbortSignal.timeout(590_000), poll: 20 }))
    if (type === 'run-paused' && ++seen === times) return;
}

async function kill(run: RunHandle): Promise<void> {
  const identity = await runProcess(run.directory);
  if (identity === undefined) throw new Error('no process');
  try {
    process.kill(identity.process, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
  while (lifeOf(identity) === 'alive') await wait(2);
}

const effectsOf = async ({ effects }: Place) => (await readFile(effects, 'utf8')).trim().split('\n');

describe('the process of a run', () => {
  it('carries out the plan, gets the passwords through its pipe, and keeps them off the disk', async () => {
    const here = await place();
    const plan = chains(here, { ms: 1, length: 2 });
    const run = await launchRun({ ...here, plan });
    const events = await follow(run);
    expect(events.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'done' });
    expect((await effectsOf(here)).sort()).toEqual(plan.steps.map(({ id }) => id).sort());
    expect(JSON.parse(await readFile(join(here.files.root, 'stdin'), 'utf8'))).toEqual({ login: 'open sesame' });
    for (const name of ['plan.json', 'journal.jsonl', 'run.json', 'run.log', 'process.json']) {
      expect(await readFile(join(run.directory, name), 'utf8')).not.toContain('sesame');
      expect((await stat(join(run.directory, name))).mode & 0o077).toBe(0);
    }
    await expect(stat(here.files.lock)).rejects.toThrow();
    expect(await unfinishedRun(here.files)).toBeUndefined();
    expect(await findRun(here.files, run.id.slice(-4))).toEqual(run);
  });

  it('says with its own words why it did not begin', async () => {
    const here = await place();
    const plan = toyPlan([{ id: 'x', kind: 'unheard-of' }]);
    await expect(launchRun({ ...here, plan })).rejects.toThrow('This plan cannot be carried out.');
    await expect(
      launchRun({ ...here, plan, program: [process.execPath, '-e', 'throw "a bad day"', '--'] }),
    ).rejects.toMatchObject({
      message: 'The run’s process ended before it began (exit code 1).'.replace('’', "'"),
      why: expect.stringContaining('a bad day'),
    });
  });

  it('is given up where its process hangs before it takes the run over, and leaves no process and no folder', async () => {
    const here = await place();
    const text = join(here.files.root, 'pid');
    const hangs = ['sh', '-c', `echo $$ > ${text}; exec sleep 600`, 'sh'];
    const launching = launchRun({ ...here, plan: toyPlan([]), program: hangs, startsWithin: 5000 });
    await expect(launching).rejects.toMatchObject({
      message: "The run's process did not start within 5 s.",
      next: [expect.stringContaining('ulimit -a')],
    });
    expect(await readdir(here.files.runs)).toEqual([]);
    const process = Number(await readFile(text, 'utf8'));
    await expect.poll(() => identifyProcess(process)).toBeUndefined();
  });

  it('says why its process could not be started, and leaves no folder', async () => {
    const here = await place();
    const launching = launchRun({ ...here, plan: toyPlan([]), program: [join(here.files.root, 'no-such-node'), 'x'] });
    await expect(launching).rejects.toMatchObject({
      message: "The run's process could not be started.",
      why: expect.stringContaining('ENOENT'),
      next: [expect.stringContaining('limits')],
    });
    expect(await listRuns(here.files)).toEqual([]);
  });

  it('refuses to go on with the plan of another run, however whole', async () => {
    const here = await place();
    const plan = chains(here, { ms: 5, length: 1 });
    const run = await launchRun({ ...here, plan });
    await follow(run);
    await writeFile(join(run.directory, 'plan.json'), JSON.stringify({ ...plan, hash: 'another' }));
    await expect(continueRun(run, here)).rejects.toMatchObject({
      message: 'The plan differs from the one that the run started with.',
      where: expect.stringContaining('plan.json'),
      exitCode: 2,
    });
    await expect(stat(here.files.lock)).rejects.toThrow('ENOENT');
  });

  it('refuses a second run with who, where and since when', async () => {
    const here = await place();
    // Long enough for the slowest machine: it is killed.
    const plan = chains(here, { ms: 170_000, length: 1 });
    const run = await launchRun({ ...here, plan });
    const refusal = launchRun({ ...here, plan });
    await expect(refusal).rejects.toMatchObject({ exitCode: 5, message: expect.stringContaining(run.id) });
    await expect(refusal).rejects.toMatchObject({ next: [expect.stringContaining(`attach ${run.id}`)] });
    await kill(run);
    expect((await follow(run)).at(-1)).toMatchObject({ type: 'run-ended', outcome: 'lost' });
    expect(await summarizeRun(run)).toMatchObject({ state: 'lost' });
    await expect(launchRun({ ...here, plan })).rejects.toMatchObject({
      exitCode: 5,
      next: [expect.stringContaining(`resume ${run.id}`), expect.stringContaining('--take-over')],
    });
    const third = await launchRun({ ...here, plan: chains(here, { ms: 10, length: 1 }), takeOver: true });
    expect((await follow(third)).at(-1)).toMatchObject({ outcome: 'done' });
  });

  it('lets one of two begin that want to at once', async () => {
    const here = await place();
    // So long that on a busy machine the second one still meets the first.
    const plan = chains(here, { ms: 5000, length: 1 });
    const ends = await Promise.allSettled([launchRun({ ...here, plan }), launchRun({ ...here, plan })]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const end of ends)
      if (end.status === 'fulfilled') expect((await follow(end.value)).at(-1)).toMatchObject({ outcome: 'done' });
    expect((await effectsOf(here)).length).toBe(plan.steps.length);
  });

  it('obeys over its socket, also when a step has failed and it waits', async () => {
    const here = await place(true);
    const run = await launchRun({ ...here, plan: chains(here, { ms: 5, length: 1, fails: '0@b' }) });
    await paused(run, 1);
    await expect(steerRun(here.files, run.id, { order: 'skip', step: '0@b' })).rejects.toThrow('cannot be skipped');
    await steerRun(here.files, run.id, { order: 'retry', step: '0@b' });
    await paused(run, 2);
    await steerRun(here.files, run.id, { order: 'stop' });
    const events = await follow(run);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed' });
    expect(events.filter((event) => event.type === 'step-failed')).toHaveLength(2);
    await expect(steerRun(here.files, run.id, { order: 'pause' })).rejects.toThrow('no longer accepts commands');
  });

  it('ends after the running steps when it is told to by a signal, and is resumed', async () => {
    const here = await place();
    // So long that on a busy machine the signal still comes before the end.
    const plan = chains(here, { ms: 300, length: 12 });
    const run = await launchRun({ ...here, plan });
    process.kill((await runProcess(run.directory))?.process ?? 0, 'SIGTERM');
    expect((await follow(run)).at(-1)).toMatchObject({ type: 'run-ended', outcome: 'interrupted' });
    await continueRun(run, here);
    const events = await follow(run);
    expect(events.at(-1)).toMatchObject({ outcome: 'done' });
    expect(events.filter((event) => event.type === 'run-started').map(({ resumed }) => resumed)).toEqual([false, true]);
    await undoRun(run, here);
    expect((await follow(run)).at(-1)).toMatchObject({ outcome: 'undone' });
    expect(await readFile(here.effects, 'utf8')).toBe('');
  });
});

describe('kill -9', () => {
  it('at 8 moments: the same end as undisturbed, nothing twice', async () => {
    const here = await place();
    const plan = chains(here, { ms: 12, length: 10 });
    const run = await launchRun({ ...here, plan });
    for (let kills = 0; kills < 8; kills++) {
      await wait((kills * 37) % 60);
      await kill(run);
      // Half of a line, as a kill in the middle of a write would leave it.
      if (kills % 3 === 0) await writeFile(join(run.directory, 'journal.jsonl'), '{"at":"2026-', { flag: 'a' });
      await continueRun(run, here);
    }
    expect((await follow(run)).at(-1)).toMatchObject({ outcome: 'done' });
    expect((await effectsOf(here)).sort()).toEqual(plan.steps.map(({ id }) => id).sort());
    const done = (await Array.fromAsync(journalEvents(run.directory)))
      .filter((event) => event.type === 'step-done')
      .map(({ step }) => step);
    expect(done.sort()).toEqual(plan.steps.map(({ id }) => id).sort());
    const text = await readFile(join(run.directory, 'journal.jsonl'), 'utf8');
    for (const line of text.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});
