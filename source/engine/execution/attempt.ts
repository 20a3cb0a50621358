import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../../errors/fault.ts';
import { minutes } from '../../plan/execution/define.ts';
import { OwnReboot } from '../../plan/execution/own-reboot.ts';
import { onceTold } from '../../plan/execution/told.ts';
import type { AnyStepKind, PlannedStep, StateCheck, StepContext } from '../../plan/step.ts';
import { StepFault } from '../../plan/step-fault.ts';
import { durationWords } from '../../text/duration.ts';
import type { StepPast } from '../journal/past.ts';
import { type RunWorld, stepContext } from './context.ts';
import { describeFailure } from './messages.ts';

/** How an attempt at a step ended. */
export type AttemptEnd =
  | { readonly end: 'done'; readonly outcome: 'changed' | 'already'; readonly durationMs: number }
  | { readonly end: 'failed' }
  /** The workstation has to restart before it can go on. */
  | { readonly end: 'reboot'; readonly reboot: OwnReboot };

export interface AttemptInput {
  readonly world: RunWorld;
  readonly step: PlannedStep;
  readonly kind: AnyStepKind;
  readonly past: StepPast;
  /** Aborted when the run has to end at once. */
  readonly signal: AbortSignal;
  /** Real ms that a step gets to end after it was told to; then it is left to itself. */
  readonly grace: number;
}

/** Looks, acts where needed, verifies. Everything that happens is in the journal when it settles; never throws for the step's sake. */
export async function attemptStep(input: AttemptInput): Promise<AttemptEnd> {
  const { world, step, past } = input;
  const begun = world.clock.elapsed();
  await world.journal.write({
    type: 'step-started',
    step: step.id,
    attempt: past.attempts + 1,
    deadlineMs: step.deadline,
  });
  const durationMs = () => Math.round(world.clock.elapsed() - begun);
  try {
    const { outcome, seen } = await withDeadline(input, (context) => carryOut(input, context));
    await world.journal.write({ type: 'step-done', step: step.id, outcome, seen, durationMs: durationMs() });
    return { end: 'done', outcome, durationMs: durationMs() };
  } catch (error) {
    if (error instanceof OwnReboot) return { end: 'reboot', reboot: error };
    complainOf(world, step, error);
    const words = describeFailure(step.title, error);
    await world.journal.write({ type: 'step-failed', step: step.id, ...words, durationMs: durationMs() });
    return { end: 'failed' };
  }
}

async function carryOut(
  { kind, step, past }: AttemptInput,
  context: StepContext,
): Promise<{ readonly outcome: 'changed' | 'already'; readonly seen: string }> {
  const parameters = kind.parameters.parse(step.parameters);
  const before = await onceTold(context, () => kind.state(context, parameters, step));
  // What an earlier attempt of this run has changed is a change of this run, also when that attempt did not live to say so.
  if (before.ok) return { outcome: past.touched ? 'changed' : 'already', seen: before.observed };
  await kind.act(context, parameters, step);
  return { outcome: 'changed', seen: await verified(context, () => kind.state(context, parameters, step)) };
}

/** ms that a state gets to show after its commands: a node that has just restarted is ready, not ready and ready again within seconds. */
const settling = minutes(1);

/** What shows that the state is reached. Throws `StepFault` where it does not come. */
async function verified(context: StepContext, state: () => Promise<StateCheck>): Promise<string> {
  let seen = '';
  await context.until({
    for: 'the expected state',
    deadline: settling,
    probe: async () => {
      const after = await state();
      seen = after.observed;
      return after;
    },
    causes: ['All commands succeeded, but the expected state was not reached.'],
  });
  return seen;
}

/** Whether a step that was done is still done. Only looks. Throws what the looking throws. */
export async function recheckStep(input: AttemptInput): Promise<boolean> {
  const { kind, step } = input;
  const parameters = kind.parameters.parse(step.parameters);
  return (await withDeadline(input, (context) => kind.state(context, parameters, step))).ok;
}

/** Takes one step back. Gives false, with the words in the journal, when that did not work. */
export async function undoStep(input: AttemptInput): Promise<boolean> {
  const { world, kind, step } = input;
  await world.journal.write({ type: 'undo-started', step: step.id });
  try {
    const parameters = kind.parameters.parse(step.parameters);
    const seen = await withDeadline(input, async (context) => kind.undo?.(context, parameters, step));
    await world.journal.write({ type: 'step-undone', step: step.id, seen: seen ?? '' });
    return true;
  } catch (error) {
    complainOf(world, step, error);
    const { tried, seen } = describeFailure(`undo: ${step.title}`, error);
    await world.journal.write({ type: 'undo-failed', step: step.id, seen: `${tried}: ${seen}` });
    return false;
  }
}

function complainOf({ complain, mask }: RunWorld, { id }: PlannedStep, error: unknown): void {
  if (error instanceof Fault) return;
  complain?.(mask.text(`${id}: ${error instanceof Error ? error.stack : String(error)}\n`));
}

/** Ends the work when the step's deadline passes or the run has to end, even where the work does not listen. */
async function withDeadline<Result>(
  input: AttemptInput,
  work: (context: StepContext) => Promise<Result>,
): Promise<Result> {
  const { step, past, signal } = input;
  const finished = new AbortController();
  const late = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  const { world, lastSeen } = attentive(input.world);
  const deadline = world.clock.sleep(step.deadline, finished.signal).then(
    () => finished.signal.aborted || late.abort(deadlinePassed(step, lastSeen())),
    () => undefined,
  );
  try {
    return await Promise.race([
      work(stepContext(world, step.id, past, both)),
      leftAlone(both, input.grace, finished.signal),
    ]);
  } catch (error) {
    // A command that was ended says only that it was ended; why it was ended is what counts.
    throw both.aborted ? both.reason : error;
  } finally {
    finished.abort();
    await deadline;
  }
}

/** Rejects some time after the abort: work that does not listen is left to itself. */
function leftAlone(aborted: AbortSignal, grace: number, finished: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = () =>
      wait(grace, undefined, { signal: finished }).then(
        () => reject(aborted.reason),
        () => undefined,
      );
    aborted.addEventListener('abort', leave, { once: true });
  });
}

/** Remembers what the step said last, for the words of a deadline that passes. */
function attentive(world: RunWorld): { readonly world: RunWorld; lastSeen(): string | undefined } {
  let seen: string | undefined;
  const { journal } = world;
  const write: typeof journal.write = (event) => {
    if (event.type === 'waiting') seen = `waited for ${event.for}, ${event.seen}`;
    if (event.type === 'progress') seen = event.text;
    if (event.type === 'command') seen = `${event.command.join(' ')} on ${event.node}`;
    return journal.write(event);
  };
  return { world: { ...world, journal: { ...journal, write } }, lastSeen: () => seen };
}

const deadlinePassed = (step: PlannedStep, last: string | undefined): StepFault =>
  new StepFault({
    tried: step.title,
    seen: `not finished after ${durationWords(step.deadline)}${last === undefined ? '' : `; last: ${last}`}`,
    causes: ['It takes longer than this step may take, or it hangs.'],
  });
