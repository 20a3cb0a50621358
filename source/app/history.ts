import * as z from 'zod';
import type { RunHandle } from '../engine/journal/event.ts';
import { journalEvents } from '../engine/journal/journal.ts';
import { listRuns, type RunSummary, readPlanText, summarizeRun } from '../engine/runs.ts';
import type { Files } from '../site/files.ts';

/** One run, as an audit wants it: who, where, when, what, result. */
export interface PastRun {
  readonly run: string;
  /** What it was for: `init`, `start`, `update`, `stop`. Undefined where its plan cannot be read. */
  readonly purpose: string | undefined;
  readonly site: string | undefined;
  /** Each one that has carried it, in order; more than one where it was resumed. */
  readonly by: readonly { readonly owner: string; readonly host: string; readonly at: string }[];
  /** ISO 8601. */
  readonly endedAt: string | undefined;
  readonly result: RunSummary['state'];
  readonly steps: { readonly done: number; readonly changed: number; readonly all: number | undefined };
  /** Ids of steps that failed and were not done later. */
  readonly failed: readonly string[];
}

const planSchema = z.object({
  purpose: z.string(),
  site: z.object({ name: z.string() }),
  steps: z.array(z.unknown()),
});

/** All runs under a root, newest first. A run whose plan is damaged is listed all the same. */
export async function pastRuns(files: Files): Promise<PastRun[]> {
  return Promise.all((await listRuns(files)).reverse().map(pastRun));
}

async function pastRun(run: RunHandle): Promise<PastRun> {
  const [summary, plan] = await Promise.all([summarizeRun(run), planOf(run)]);
  const by: { owner: string; host: string; at: string }[] = [];
  const done = new Map<string, boolean>();
  const failed = new Set<string>();
  for await (const event of journalEvents(run.directory)) {
    if (event.type === 'run-started') by.push({ owner: event.owner, host: event.host, at: event.at });
    if (event.type === 'step-failed') failed.add(event.step);
    if (event.type === 'step-undone') done.delete(event.step);
    if (event.type !== 'step-done') continue;
    done.set(event.step, event.outcome === 'changed');
    failed.delete(event.step);
  }
  return {
    run: run.id,
    purpose: plan?.purpose,
    site: plan?.site.name,
    by,
    endedAt: summary.endedAt,
    result: summary.state,
    steps: { done: done.size, changed: [...done.values()].filter(Boolean).length, all: plan?.steps.length },
    failed: [...failed],
  };
}

async function planOf(run: RunHandle): Promise<z.output<typeof planSchema> | undefined> {
  try {
    return planSchema.safeParse(JSON.parse(await readPlanText(run))).data;
  } catch {
    return undefined;
  }
}
