// Simulated seconds of a whole rehearsed run, the longest way through its needs, and the ratio of the two. Nothing here passes or fails.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { killWith } from './processes.ts';
import type { Row } from './row.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
const planSchema = z.object({ steps: z.array(z.object({ id: z.string(), needs: z.array(z.string()) })) });
const eventSchema = z.object({ type: z.string(), at: z.coerce.date(), step: z.string().optional() });

interface Rehearsed {
  /** s that the run took, that its longest way takes, and that went by on the clock of this machine. */
  readonly run: number;
  readonly longest: number;
  readonly wall: number;
  /** Steps and their s, in the plan's order. */
  readonly steps: readonly [string, number][];
  /** Those of the longest way. */
  readonly way: readonly string[];
}

/** A whole rehearsed build. `seconds`: how long it may take on the clock of this machine; undefined is returned where it takes longer. */
export function rehearsed(scenario: string, seconds = 3600): Rehearsed | undefined {
  const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const started = performance.now();
  const words = [
    'init',
    '--yes',
    '--accept-new-host-keys',
    '--rehearse',
    scenario,
    '--root',
    root,
    '--speed',
    '100000',
  ];
  const { status, stderr, error } = spawnSync(launcher, words, { encoding: 'utf8', timeout: seconds * 1000 });
  if (error !== undefined) {
    killWith(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 20 });
    return undefined;
  }
  if (status !== 0) throw new Error(`the rehearsal ended with ${status}: ${stderr}`);
  const wall = (performance.now() - started) / 1000;
  const runs = join(root, 'var/lib/kloudspot/runs');
  const run = join(runs, readdirSync(runs)[0] ?? '');
  const { steps } = planSchema.parse(JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')));
  const events = readFileSync(join(run, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)));
  const at = (type: string, step?: string) =>
    events.find((one) => one.type === type && one.step === step)?.at.getTime();
  const spent = new Map(
    steps.map(({ id }) => [id, ((at('step-done', id) ?? 0) - (at('step-started', id) ?? 0)) / 1000]),
  );
  rmSync(root, { recursive: true, force: true });
  return {
    run: ((at('run-ended') ?? 0) - (at('run-started') ?? 0)) / 1000,
    wall,
    steps: [...spent],
    ...longestWay(steps, spent),
  };
}

function longestWay(
  steps: z.output<typeof planSchema>['steps'],
  spent: ReadonlyMap<string, number>,
): Pick<Rehearsed, 'longest' | 'way'> {
  const ends = new Map<string, number>();
  const before = new Map<string, string>();
  const latest = (ids: readonly string[]) =>
    ids.toSorted((one, other) => (ends.get(other) ?? 0) - (ends.get(one) ?? 0))[0];
  for (const { id, needs } of steps) {
    const need = latest(needs);
    if (need !== undefined) before.set(id, need);
    ends.set(id, (ends.get(need ?? '') ?? 0) + (spent.get(id) ?? 0));
  }
  const way: string[] = [];
  for (let at = latest([...ends.keys()]); at !== undefined; at = before.get(at)) way.unshift(at);
  return { longest: Math.max(...ends.values()), way };
}

function never(): never {
  throw new Error('the rehearsal did not end within an hour');
}

/** A rehearsed build of three nodes. */
export function graph(): Row[] {
  const { run, longest, wall } = rehearsed('healthy') ?? never();
  return [
    { what: 'whole run of three nodes, simulated (s)', figure: `${run.toFixed(0)} s`, value: run, goal: 370 },
    { what: 'run ÷ its longest way', figure: (run / longest).toFixed(3), value: run / longest, goal: 1.05 },
    { what: 'that rehearsal at full speed', figure: `${wall.toFixed(1)} s`, value: wall },
  ];
}

if (import.meta.main) {
  const { run, longest, steps, way } = rehearsed(process.argv[2] ?? 'healthy') ?? never();
  for (const [id, seconds] of steps)
    console.log(`${seconds.toFixed(1).padStart(7)} ${way.includes(id) ? '|' : ' '} ${id}`);
  console.log(`run ${run.toFixed(1)} s, its longest way (|) ${longest.toFixed(1)} s`);
}
