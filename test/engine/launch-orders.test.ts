import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../source/engine/journal/event.ts';
import { followRun } from '../../source/engine/journal/follow.ts';
import { lifeOfRun } from '../../source/engine/process/run-process.ts';
import { listRuns, unfinishedRun } from '../../source/engine/runs.ts';
import { continueRun, launchRun } from '../../source/engine/worker/launch.ts';
import { runOrders } from '../../source/engine/worker/run-orders.ts';
import { steerRun } from '../../source/engine/worker/steer.ts';
import { filesUnder } from '../../source/site/files.ts';
import { workstationHolder } from './holder.ts';
import { toyPlan } from './toys.ts';

// What the children compile once, the next ones load.
process.env.NODE_COMPILE_CACHE = join(tmpdir(), 'ks-run-compile-cache');
const program = [process.execPath, join(import.meta.dirname, 'toy-worker.ts')];

/** A run whose process waits, on its way to the first event, until a file is there. */
async function launching() {
  const root = await mkdtemp(join(tmpdir(), 'ks-orders-'));
  const files = filesUnder(root);
  const effects = join(root, 'effects');
  const plan = toyPlan([{ id: 'x', kind: 'effect', node: 'a', parameters: { effects, ms: 1 } }]);
  await writeFile(join(root, 'hold'), '');
  const launched = launchRun({ files, plan, passwords: { snapshot: () => ({}) }, program, attended: false });
  await expect.poll(() => listRuns(files)).toHaveLength(1);
  const [run = expect.fail('no run')] = await listRuns(files);
  const go = () => writeFile(join(root, 'go'), '');
  return { files, run, launched, effects, go };
}

async function eventsOf(directory: string): Promise<RunEvent[]> {
  return Array.fromAsync(followRun(directory, { signal: AbortSignal.timeout(590_000), poll: 20 }));
}

it.each([
  ['as soon as its folder is there', async () => undefined],
  ['while its process looks at the nodes', (directory: string) => lives(directory)],
])('a stop that is ordered %s is kept: the run begins no step', async (_, moment) => {
  const { files, run, launched, effects, go } = await launching();
  await moment(run.directory);
  await steerRun(files, run.id, { order: 'stop' });
  await expect(steerRun(files, run.id, { order: 'pause' })).rejects.toThrow('has not begun');
  await go();
  await launched;
  const events = await eventsOf(run.directory);
  expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-ended']);
  expect(events.at(-1)).toMatchObject({ outcome: 'stopped' });
  await expect(readFile(effects)).rejects.toThrow('ENOENT');
});

const lives = (directory: string) => expect.poll(async () => (await lifeOfRun(directory)).life).toBe('alive');

it('a run that is killed while it looks at the nodes is there for resume, as it is for the lock', async () => {
  const { files, run, launched, effects, go } = await launching();
  const refusal = launched.catch((error: unknown) => error);
  await lives(run.directory);
  const holder = await expect
    .poll(() => workstationHolder(files))
    .toBeDefined()
    .then(() => workstationHolder(files));
  process.kill(holder?.process ?? expect.fail('no holder'), 'SIGKILL');
  expect(await refusal).toMatchObject({
    message: "The run's process ended before it began (ended by SIGKILL).",
    next: [expect.stringContaining(`resume ${run.id}`)],
    exitCode: 4,
  });
  expect(await unfinishedRun(files)).toMatchObject({ id: run.id, state: 'lost' });
  const other = launchRun({ files, plan: toyPlan([]), passwords: { snapshot: () => ({}) }, program, attended: false });
  await expect(other).rejects.toMatchObject({ next: [expect.stringContaining(`resume ${run.id}`), expect.anything()] });
  await go();
  await continueRun(run, { files, passwords: { snapshot: () => ({}) }, program, attended: false });
  expect((await eventsOf(run.directory)).at(-1)).toMatchObject({ outcome: 'done' });
  expect(await readFile(effects, 'utf8')).toBe('x\n');
  await expect(readFile(files.lock)).rejects.toThrow('ENOENT');
});

it('an order to stop reaches each execution of a run, also one that begins after it', () => {
  const orders = runOrders();
  const heard: string[] = [];
  const execution = (name: string) => ({
    take: ({ order }: { order: string }) => {
      heard.push(`${name} ${order}`);
      return { taken: true } as const;
    },
  });
  orders.take({ order: 'stop' });
  orders.handTo(execution('first'));
  orders.take({ order: 'pause' });
  orders.take({ order: 'stop-now' });
  orders.handTo(execution('second'));
  expect(heard).toEqual(['first stop', 'first pause', 'first stop-now', 'second stop', 'second stop-now']);
});
