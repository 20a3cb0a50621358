// Simulated seconds of a whole rehearsed run, the longest way through its needs, and the ratio of the two. Nothing here passes or fails.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
const planSchema = z.object({ steps: z.array(z.object({ id: z.string(), needs: z.array(z.string()) })) });
const eventSchema = z.object({ type: z.string(), at: z.coerce.date(), step: z.string().optional() });

/** s that a run took and that its longest way takes. */
export function rehearsed(scenario: string): { run: number; longest: number; wall: number; steps: [string, number][] } {
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
  const { status, stderr } = spawnSync(launcher, words, { encoding: 'utf8' });
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
  const ends = new Map<string, number>();
  for (const { id, needs } of steps)
    ends.set(id, Math.max(0, ...needs.map((need) => ends.get(need) ?? 0)) + (spent.get(id) ?? 0));
  rmSync(root, { recursive: true, force: true });
  return {
    run: ((at('run-ended') ?? 0) - (at('run-started') ?? 0)) / 1000,
    longest: Math.max(...ends.values()),
    wall,
    steps: [...spent],
  };
}

if (import.meta.main) {
  const { run, longest, wall, steps } = rehearsed(process.argv[2] ?? 'healthy');
  console.log(
    `run ${run.toFixed(1)} s   longest way ${longest.toFixed(1)} s   ratio ${(run / longest).toFixed(3)}   wall ${wall.toFixed(1)} s`,
  );
  for (const [id, s] of steps) console.log(`${s.toFixed(1).padStart(7)}  ${id}`);
}
