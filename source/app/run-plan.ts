import type { RunHandle } from '../engine/journal/event.ts';
import { readPlanText } from '../engine/runs.ts';
import type { Plan } from '../plan/document/document.ts';
import { parsePlan } from '../plan/document/document-schema.ts';
import { stepKinds } from '../plan/kinds.ts';

/** The plan of a run, read back from its folder. */
export async function planOfRun(run: RunHandle): Promise<Plan> {
  return parsePlan(await readPlanText(run), stepKinds, run.directory);
}
