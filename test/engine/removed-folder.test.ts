import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../source/engine/journal/event.ts';
import { followRun } from '../../source/engine/journal/follow.ts';
import { launchRun } from '../../source/engine/worker/launch.ts';
import { filesUnder } from '../../source/site/files.ts';
import { toyPlan } from './toys.ts';

// What the children compile once, the next ones load.
process.env.NODE_COMPILE_CACHE = join(tmpdir(), 'ks-run-compile-cache');
const program = [process.execPath, join(import.meta.dirname, 'toy-worker.ts')];

it('a run whose folder is removed ends, gives its lock back, makes no new folder, and who watches hears of it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ks-removed-'));
  const files = filesUnder(root);
  const effects = join(root, 'effects');
  const steps = Array.from({ length: 200 }, (_, place) => ({
    id: `s${place}`,
    kind: 'effect',
    node: 'a',
    needs: place === 0 ? [] : [`s${place - 1}`],
    parameters: { effects, ms: 50 },
  }));
  const run = await launchRun({
    files,
    plan: toyPlan(steps),
    passwords: { snapshot: () => ({}) },
    program,
    attended: false,
  });
  const events: RunEvent[] = [];
  for await (const event of followRun(run.directory, { signal: AbortSignal.timeout(590_000), poll: 20 })) {
    if (event.type === 'step-done' && events.every(({ type }) => type !== 'step-done'))
      // the run writes into it meanwhile
      await rm(run.directory, { recursive: true, maxRetries: 20 });
    events.push(event);
  }
  // Where it had the journal open just then, it reads what the run itself wrote there of it.
  expect([
    ['removed', `its files were removed: ${run.directory}`],
    ['failed', expect.stringContaining('The journal of the run was removed during the run.')],
  ]).toContainEqual(endOf(events.at(-1)));
  await expect(access(files.lock)).rejects.toThrow('ENOENT');
  expect(await readdir(files.runs)).toEqual([]);
  expect((await readFile(effects, 'utf8')).trim().split('\n').length).toBeLessThan(steps.length);
});

const endOf = (event: RunEvent | undefined) => (event?.type === 'run-ended' ? [event.outcome, event.why] : [event]);
