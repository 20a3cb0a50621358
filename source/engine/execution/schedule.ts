import type { PlannedStep } from '../../plan/step.ts';

/**
 * Where a step stands for the choice of what to start. `recheck`: done by an earlier process of this run; only looked at again.
 * `interrupted`: begun by an earlier process that did not live to end it; `continuing` while it runs for that reason.
 */
export type StepStanding =
  | 'queued'
  | 'recheck'
  | 'interrupted'
  | 'running'
  | 'continuing'
  | 'rechecking'
  | 'settled'
  | 'failed';

/**
 * The steps that may start now, in the plan's order: all that they need is settled, no other changes the same node (but beside one that only fetches),
 * of the dangerous ones none runs, and one that wants to be alone is. Looking again disturbs no one but that one.
 * Interrupted steps come before everything else: what they left unfinished would be taken for a fault of the steps before them,
 * which were done when they began.
 */
export function startable(
  steps: readonly PlannedStep[],
  standing: ReadonlyMap<string, StepStanding>,
): readonly PlannedStep[] {
  const of = (...wanted: readonly StepStanding[]) =>
    steps.filter((step) => wanted.some((each) => standing.get(step.id) === each));
  const resuming = of('interrupted', 'continuing').length > 0;
  const changing = of('running', 'continuing');
  const busy = of('running', 'continuing', 'rechecking');
  const chosen: PlannedStep[] = [];
  for (const step of steps) {
    const now = standing.get(step.id);
    if (now !== 'interrupted' && (resuming || (now !== 'queued' && now !== 'recheck'))) continue;
    if (!resuming && !step.needs.every((id) => standing.get(id) === 'settled')) continue;
    const changes = now !== 'recheck';
    if (busy.some((other) => other.alone) || (changes && step.alone && busy.length > 0)) continue;
    if (changes && changing.some((other) => conflict(step, other))) continue;
    if (changes) changing.push(step);
    busy.push(step);
    chosen.push(step);
  }
  return chosen;
}

function conflict(one: PlannedStep, other: PlannedStep): boolean {
  const sameNode = one.node !== undefined && one.node === other.node && !one.beside && !other.beside;
  return sameNode || (one.risk === 'dangerous' && other.risk === 'dangerous');
}
