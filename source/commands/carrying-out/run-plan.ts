import type { Plan } from '../../plan/document/document.ts';
import { parsePlan } from '../../plan/document/document-schema.ts';
import { stepKinds } from '../../plan/kinds.ts';
import type { RunHandle } from '../../run/journal/event.ts';
import { readPlanText } from '../../run/runs.ts';

/** The plan of a run, read back from its folder. */
export async function planOfRun(run: RunHandle): Promise<Plan> {
  return parsePlan(await readPlanText(run), stepKinds, run.directory);
}
