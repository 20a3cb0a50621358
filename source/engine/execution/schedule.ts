import type { PlannedStep } from '../../plan/step.ts';

/** Where a step stands for the choice of what to start. `recheck`: done by an earlier process of this run; only looked at again. */
export type StepStanding = 'queued' | 'recheck' | 'running' | 'rechecking' | 'settled' | 'failed';

/**
 * The steps that may start now, in the plan's order: all that they need is settled, nobody else changes the same node (or the cluster),
 * of the dangerous ones none runs, and one that wants to be alone is. Looking again disturbs nobody but that one.
 */
export function startable(
  steps: readonly PlannedStep[],
  standing: ReadonlyMap<string, StepStanding>,
): readonly PlannedStep[] {
  const changing = steps.filter((step) => standing.get(step.id) === 'running');
  const busy = steps.filter((step) => standing.get(step.id) === 'running' || standing.get(step.id) === 'rechecking');
  const chosen: PlannedStep[] = [];
  for (const step of steps) {
    const now = standing.get(step.id);
    if (now !== 'queued' && now !== 'recheck') continue;
    if (!step.needs.every((id) => standing.get(id) === 'settled')) continue;
    if (busy.some((other) => other.alone) || (now === 'queued' && step.alone && busy.length > 0)) continue;
    if (now === 'queued' && changing.some((other) => conflict(step, other))) continue;
    if (now === 'queued') changing.push(step);
    busy.push(step);
    chosen.push(step);
  }
  return chosen;
}

function conflict(one: PlannedStep, other: PlannedStep): boolean {
  return placeOf(one) === placeOf(other) || (one.risk === 'dangerous' && other.risk === 'dangerous');
}

/** Steps of the cluster change one thing together: the cluster. */
const placeOf = (step: PlannedStep): string => (step.node === undefined ? 'cluster' : `node ${step.node}`);
