// The journal of the newest run, as far as the acceptance script reads it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';

const line = z.looseObject({
  type: z.string(),
  step: z.string().optional(),
  outcome: z.string().optional(),
  process: z.number().optional(),
});

function journal(root: string): z.output<typeof line>[] {
  const runs = join(root, 'var/lib/kloudspot/runs');
  const newest = existsSync(runs) ? readdirSync(runs).toSorted().at(-1) : undefined;
  const path = join(runs, newest ?? '', 'journal.jsonl');
  if (newest === undefined || !existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  // the last line may be half written
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((each) => each !== '').map((each) => line.parse(JSON.parse(each)));
}

/** `step outcome` of all steps that came to an end. */
export const outcomesOf = (root: string): string[] =>
  journal(root).flatMap(({ type, step, outcome }) => (type === 'step-done' ? [`${step} ${outcome}`] : []));

/** `kill -9` of the process that carries the run, so many ms from now. */
export async function killRun(root: string, ms: number): Promise<void> {
  await wait(ms);
  const carrier = journal(root).findLast(({ type }) => type === 'run-started')?.process;
  if (carrier !== undefined) process.kill(carrier, 'SIGKILL');
}
