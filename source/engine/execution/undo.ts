import { Fault } from '../../errors/fault.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { PlannedStep } from '../../plan/step.ts';
import { kloudspot } from '../../text/command.ts';
import { didYouMean } from '../../text/nearest.ts';
import { counted } from '../../text/plural.ts';
import { pastUndoable, type RunPast } from '../journal/past.ts';
import { undoStep } from './attempt.ts';
import { type Execution, type ExecutionInput, kindOf, noting, type RunEnd } from './execute.ts';

export interface UndoInput extends ExecutionInput {
  /** Only this one; nothing that was done after it may rest on it. */
  readonly only?: string;
  /** Aborted: no further step is undone. */
  readonly enough: AbortSignal;
  /** Aborted: the step that is being undone ends at once, too. */
  readonly signal: AbortSignal;
}

/** Steps of this run that left something behind, the latest first. */
function leftBehind({ plan, past }: Pick<UndoInput, 'plan' | 'past'>): readonly PlannedStep[] {
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  return past
    .order()
    .toReversed()
    .map((id) => byId.get(id))
    .filter((step) => step !== undefined)
    .filter(({ id }) => past.of(id).touched);
}

/** What an undo goes through. What a step only fixed it cannot undo. */
export function undoOrder(run: Pick<UndoInput, 'plan' | 'past'>): readonly PlannedStep[] {
  return leftBehind(run).map((step) => ({ ...step, undoable: pastUndoable(step, run.past.of(step.id)) }));
}

/** Refuses (exit code 2) to undo one step that is unknown, that changed nothing, or that later ones rest on. */
export function refuseUndo(plan: Plan, past: RunPast, only: string | undefined): void {
  if (only === undefined) return;
  const left = leftBehind({ plan, past });
  const step = left.find(({ id }) => id === only);
  if (step === undefined)
    throw new Fault({
      what: `No step ${only} of this run changed anything.`,
      next: [
        ...didYouMean(
          only,
          left.map(({ id }) => id),
        ),
        left.length === 0 ? 'No step of this run did: nothing is left to undo.' : 'Those that did, the latest first:',
        ...left.map(({ id, title }) => `${id}  ${title}`),
      ],
    });
  const above = restingOn(plan, only);
  const resting = left.filter(({ id }) => above.has(id));
  if (resting.length > 0)
    throw new Fault({
      what: `${step.title} cannot be undone alone.`,
      why: `These steps depend on it: ${resting.map(nameOf).join(', ')}.`,
      next: [`${kloudspot('undo')}  undoes the whole run, the latest step first.`],
    });
}

/** Ids of the steps that need this one, directly or through others. */
function restingOn(plan: Plan, id: string): ReadonlySet<string> {
  const above = new Set<string>();
  // A plan's steps stand after what they need: one pass finds them all.
  for (const step of plan.steps) {
    if (step.needs.some((need) => need === id || above.has(need))) above.add(step.id);
  }
  return above;
}

/** Undoes what the run did. Of the orders it takes those that stop it: after the step that is being undone, or now. */
export function undo(input: Omit<UndoInput, 'enough' | 'signal'>): Execution {
  const enough = new AbortController();
  const now = new AbortController();
  let told: RunEnd | undefined;
  const stop: Execution['stop'] = (outcome, why, atOnce) => {
    told ??= { outcome, why };
    enough.abort();
    if (atOnce) now.abort(new Fault({ what: `ended early: ${why}` }));
  };
  return {
    // A step that was ended could not be undone: that it was stopped is why.
    end: Promise.resolve()
      .then(() => undoAll({ ...input, enough: enough.signal, signal: now.signal }))
      .then((end) => (told !== undefined && (end.outcome === 'failed' || end.outcome === 'interrupted') ? told : end)),
    stop,
    take: ({ order }) => {
      if (order !== 'stop' && order !== 'stop-now') return { taken: false, why: 'An undo can only be stopped.' };
      stop('stopped', 'by the operator', order === 'stop-now');
      return { taken: true };
    },
  };
}

/** Undoes what the run did, one step after the other, the latest first. Ends at the first that cannot be undone though it should. */
async function undoAll(input: UndoInput): Promise<RunEnd> {
  const { past, kinds, only, enough, signal } = input;
  const world = { ...input.world, journal: noting(input.world.journal, past) };
  const steps = undoOrder(input).filter(({ id }) => only === undefined || id === only);
  let lasting = 0;
  let count = 0;
  for (const step of steps) {
    if (enough.aborted) return { outcome: 'interrupted', why: 'stopped while undoing steps' };
    const kind = kindOf(kinds, step);
    if (!step.undoable || kind.undo === undefined) {
      lasting++;
      continue;
    }
    const undone = await undoStep({ world, step, kind, past: past.of(step.id), signal, grace: input.grace ?? 10_000 });
    if (!undone) return { outcome: 'failed', why: `${nameOf(step)} could not be undone` };
    count++;
  }
  // What became of those is said before the undo starts: some go with what they were on.
  const stays = lasting === 0 ? '' : `, ${lasting} cannot be`;
  return {
    outcome: only === undefined ? 'undone' : 'partly-undone',
    why: `${counted(count, 'step')} undone${stays}`,
  };
}

const nameOf = ({ title, node }: PlannedStep): string => (node === undefined ? title : `${title} (${node})`);
