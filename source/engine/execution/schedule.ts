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
  const under = new UnderWay();
  let resuming = false;
  const open: PlannedStep[] = [];
  for (const step of steps) {
    const now = standing.get(step.id);
    if (now === 'interrupted' || now === 'continuing') resuming = true;
    if (now === 'running' || now === 'continuing' || now === 'rechecking') under.add(step, now !== 'rechecking');
    else if (now === 'queued' || now === 'recheck' || now === 'interrupted') open.push(step);
  }
  return open.filter((step) => {
    const now = standing.get(step.id);
    const changes = now !== 'recheck';
    const mayStart = resuming ? now === 'interrupted' : step.needs.every((id) => standing.get(id) === 'settled');
    const starts = mayStart && under.admits(step, changes);
    if (starts) under.add(step, changes);
    return starts;
  });
}

/** What runs, as far as it keeps others from starting. `changes`: not a look at what was done before. */
class UnderWay {
  readonly #nodes = new Set<string>();
  #isEmpty = true;
  #alone = false;
  #dangerous = false;

  add({ node, alone, beside, risk }: PlannedStep, changes: boolean): void {
    this.#isEmpty = false;
    if (alone) this.#alone = true;
    if (!changes) return;
    if (risk === 'dangerous') this.#dangerous = true;
    if (node !== undefined && !beside) this.#nodes.add(node);
  }

  admits({ node, alone, beside, risk }: PlannedStep, changes: boolean): boolean {
    if (this.#alone) return false;
    if (!changes) return true;
    if ((alone && !this.#isEmpty) || (risk === 'dangerous' && this.#dangerous)) return false;
    return node === undefined || beside === true || !this.#nodes.has(node);
  }
}
