import * as z from 'zod';
import type { RunEvent, RunHandle } from '../engine/journal/event.ts';
import { journalEvents } from '../engine/journal/journal.ts';
import { readOrigin } from '../engine/process/origin.ts';
import { listRuns, type RunSummary, readPlanText, summarizeRun } from '../engine/runs.ts';
import { type Spent, startOf } from '../engine/view/view.ts';
import type { Files } from '../site/files.ts';

/** One run, as an audit wants it: who, where, when, what, result. */
export interface PastRun {
  readonly run: string;
  /** The words of the verb that began it, with its operand: `apply`, `drill ks-2`. Undefined where they are not known. */
  readonly verb: string | undefined;
  /** What its plan is for: `init`, `start`, `update`, `stop`. Undefined where it cannot be read. */
  readonly purpose: string | undefined;
  readonly site: string | undefined;
  /** Each one that has carried it, in order; more than one where it was resumed. */
  readonly by: readonly { readonly owner: string; readonly host: string; readonly at: string }[];
  /** ISO 8601. */
  readonly endedAt: string | undefined;
  /** How long processes have carried it; undefined while one does. */
  readonly spentMs: number | undefined;
  readonly result: RunSummary['state'];
  readonly steps: { readonly done: number; readonly changed: number; readonly all: number | undefined };
  /** Ids of steps that failed and were not done later. */
  readonly failed: readonly string[];
  /** The same steps in the words in which the run shows them; the id where the plan cannot be read. */
  readonly failedTitles: readonly string[];
}

const planSchema = z.object({
  purpose: z.string(),
  site: z.object({ name: z.string() }),
  steps: z.array(z.object({ id: z.string(), title: z.string(), node: z.string().optional() })),
});

/** All runs under a root, newest first. A run whose plan is damaged is listed all the same. */
export async function pastRuns(files: Files): Promise<PastRun[]> {
  return Promise.all((await listRuns(files)).reverse().map(pastRun));
}

async function pastRun(run: RunHandle): Promise<PastRun> {
  const [summary, plan, verb] = await Promise.all([summarizeRun(run), planOf(run), verbOf(run)]);
  const by: { owner: string; host: string; at: string }[] = [];
  const done = new Map<string, boolean>();
  const failed = new Set<string>();
  let spent: Spent = { startedAt: undefined, lastAt: undefined, outcome: undefined };
  for await (const event of journalEvents(run.directory)) {
    spent = spentAfter(spent, event);
    if (event.type === 'run-started') by.push({ owner: event.owner, host: event.host, at: event.at });
    if (event.type === 'step-failed') failed.add(event.step);
    if (event.type === 'step-undone') done.delete(event.step);
    if (event.type !== 'step-done') continue;
    done.set(event.step, event.outcome === 'changed');
    failed.delete(event.step);
  }
  return {
    run: run.id,
    verb,
    purpose: plan?.purpose,
    site: plan?.site.name,
    by,
    endedAt: summary.endedAt,
    spentMs: summary.endedAt === undefined ? undefined : (spent.lastAt ?? 0) - (spent.startedAt ?? 0),
    result: summary.state,
    steps: { done: done.size, changed: [...done.values()].filter(Boolean).length, all: plan?.steps.length },
    failed: [...failed],
    failedTitles: [...failed].map((id) => titleOf(id, plan?.steps)),
  };
}

function titleOf(id: string, steps: z.output<typeof planSchema>['steps'] = []): string {
  const step = steps.find((each) => each.id === id);
  if (step === undefined) return id;
  return step.node === undefined ? step.title : `${step.node}: ${step.title}`;
}

function spentAfter(spent: Spent, event: RunEvent): Spent {
  const at = Date.parse(event.at);
  const startedAt = event.type === 'run-started' ? startOf(spent, at) : spent.startedAt;
  return { startedAt, lastAt: at, outcome: event.type === 'run-ended' ? event.outcome : undefined };
}

/** A run whose origin is damaged is listed all the same. */
const verbOf = ({ directory }: RunHandle): Promise<string | undefined> =>
  readOrigin(directory).then(
    ({ verb }) => verb,
    () => undefined,
  );

async function planOf(run: RunHandle): Promise<z.output<typeof planSchema> | undefined> {
  try {
    return planSchema.safeParse(JSON.parse(await readPlanText(run))).data;
  } catch {
    return undefined;
  }
}
