import { exitCode, Fault } from '../../errors/fault.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { OwnReboot } from '../../plan/execution/own-reboot.ts';
import type { AnyStepKind, PlannedStep } from '../../plan/step.ts';
import type { RunEventBody, RunOrder, RunOutcome } from '../journal/event.ts';
import type { OrderAnswer } from '../journal/event-schema.ts';
import type { Journal } from '../journal/journal.ts';
import { pastUndoable, type RunPast, type StepPast } from '../journal/past.ts';
import { type AttemptInput, attemptStep, recheckStep, undoStep } from './attempt.ts';
import type { RunWorld } from './context.ts';
import { Notifier } from './notifier.ts';
import { type StepStanding, startable } from './schedule.ts';

export interface ExecutionInput {
  readonly world: RunWorld;
  readonly plan: Plan;
  readonly kinds: ReadonlyMap<string, AnyStepKind>;
  readonly past: RunPast;
  /** Someone is there to choose when a step fails; else the run ends then. */
  readonly attended: boolean;
  /** Called with the time of each step that is done, for later estimates. `changed`: it did something. */
  readonly onStepTime?: (kind: string, ms: number, changed: boolean) => void;
  /** Real ms that running steps get to end when the run has to end at once. Default 10 000. */
  readonly grace?: number;
}

export interface RunEnd {
  readonly outcome: Exclude<RunOutcome, 'lost' | 'removed'>;
  readonly why: string;
  /** With outcome `rebooting`: the node that restarts. */
  readonly local?: string;
}

/** The carrying out of one plan. Writes events for all that happens, but not the run's own begin and end. */
export interface Execution {
  /** Settles when nothing runs any more and nothing is going to. */
  readonly end: Promise<RunEnd>;
  take(order: RunOrder): OrderAnswer;
  /** Nothing new starts, running steps end; `now`: they are ended. */
  stop(outcome: 'stopped' | 'interrupted', why: string, now: boolean): void;
}

/** Orders given in the same turn are heard before the first step starts. */
export function execute(input: ExecutionInput): Execution {
  const run = new GraphRun(input);
  return {
    end: Promise.resolve().then(() => run.carryOut()),
    take: (order) => run.take(order),
    stop: (...words) => run.stop(...words),
  };
}

const taken: OrderAnswer = { taken: true };
const refused = (why: string): OrderAnswer => ({ taken: false, why });

class GraphRun {
  readonly #input: ExecutionInput;
  readonly #world: RunWorld;
  readonly #standing: Map<string, StepStanding>;
  readonly #atOnce = new AbortController();
  readonly #changed = new Notifier();
  readonly #works = new Set<Promise<unknown>>();
  #paused = false;
  /** A step failed, nothing runs any more, and the run has said that it waits for an order. */
  #choosing = false;
  #ending: { readonly outcome: 'stopped' | 'interrupted'; readonly why: string } | undefined;
  #reboot: OwnReboot | undefined;

  constructor(input: ExecutionInput) {
    this.#input = input;
    this.#world = { ...input.world, journal: noting(input.world.journal, input.past) };
    this.#standing = new Map(input.plan.steps.map(({ id }) => [id, standingOf(input.past.of(id))]));
  }

  async carryOut(): Promise<RunEnd> {
    try {
      return await this.#untilAtRest();
    } catch (error) {
      // A run that has ended runs nothing more: what still runs is ended first.
      this.#atOnce.abort(error);
      await Promise.allSettled(this.#works);
      throw error;
    }
  }

  async #untilAtRest(): Promise<RunEnd> {
    for (;;) {
      if (this.#mayStart()) {
        for (const step of startable(this.#input.plan.steps, this.#standing)) this.#start(step);
      }
      if (this.#works.size === 0) {
        const end = this.#endAtRest();
        if (end !== undefined) return end;
      }
      await this.#changed.wait();
    }
  }

  #mayStart(): boolean {
    return !this.#paused && this.#ending === undefined && this.#reboot === undefined && this.#failed().length === 0;
  }

  #failed(): readonly PlannedStep[] {
    return this.#input.plan.steps.filter(({ id }) => this.#standing.get(id) === 'failed');
  }

  /** Nothing runs. Either that is the end, or the run waits for an order. */
  #endAtRest(): RunEnd | undefined {
    if (this.#reboot !== undefined)
      return { outcome: 'rebooting', why: this.#reboot.message, local: this.#reboot.node };
    if ([...this.#standing.values()].every((standing) => standing === 'settled'))
      return { outcome: 'done', why: 'every step is done' };
    if (this.#ending !== undefined && (this.#ending.outcome === 'interrupted' || this.#atOnce.signal.aborted))
      return this.#ending;
    const failed = this.#failed();
    if (failed.length > 0) return this.#endAfterFailure(failed);
    if (this.#ending === undefined && !this.#paused) throw stuck(this.#input.plan, this.#standing);
    return this.#ending;
  }

  #endAfterFailure(failed: readonly PlannedStep[]): RunEnd | undefined {
    if (this.#ending !== undefined || !this.#input.attended) return { outcome: 'failed', why: whyFailed(failed) };
    if (!this.#choosing) this.#sayChoosing();
    return undefined;
  }

  /** Said again for what is left, so that a screen that asks at each pause asks for all of it. */
  #sayChoosing(): void {
    this.#choosing = true;
    this.#spend(this.#world.journal.write({ type: 'run-paused', why: whyFailed(this.#failed()) }));
  }

  #start(step: PlannedStep): void {
    const now = this.#standing.get(step.id);
    if (now === 'recheck') this.#begin(step, 'rechecking', this.#recheck(step));
    else if (now === 'interrupted') this.#begin(step, 'continuing', this.#attempt(step, 'queued'));
    else this.#begin(step, 'running', this.#attempt(step, 'failed'));
  }

  #begin(step: PlannedStep, standing: StepStanding, work: Promise<void>): void {
    this.#standing.set(step.id, standing);
    this.#spend(work);
  }

  /** A fault of ours inside must end the run with its words, not leave it waiting forever. */
  #spend(work: Promise<unknown>): void {
    this.#works.add(work);
    work.then(
      () => {
        this.#works.delete(work);
        this.#changed.notify();
      },
      (error: unknown) => this.#changed.fail(error),
    );
  }

  /** `onFailure`: an interrupted step that cannot go on is tried again once the steps before it were looked at. */
  async #attempt(step: PlannedStep, onFailure: 'queued' | 'failed'): Promise<void> {
    const result = await attemptStep(this.#attemptInput(step));
    if (result.end === 'reboot') this.#reboot = result.reboot;
    this.#standing.set(step.id, result.end === 'done' ? 'settled' : result.end === 'failed' ? onFailure : 'queued');
    if (result.end === 'done') this.#input.onStepTime?.(step.kind, result.durationMs, result.outcome === 'changed');
  }

  /** A step that was done and is not any more is done again; what cannot be looked at is left to the attempt, which says why. */
  async #recheck(step: PlannedStep): Promise<void> {
    const holds = await recheckStep(this.#attemptInput(step)).catch(() => false);
    this.#standing.set(step.id, holds ? 'settled' : 'queued');
  }

  #attemptInput(step: PlannedStep): AttemptInput {
    return {
      world: this.#world,
      step,
      kind: kindOf(this.#input.kinds, step),
      past: this.#input.past.of(step.id),
      signal: this.#atOnce.signal,
      grace: this.#input.grace ?? 10_000,
    };
  }

  stop(outcome: 'stopped' | 'interrupted', why: string, now: boolean): void {
    this.#ending ??= { outcome, why };
    if (now) this.#atOnce.abort(new Fault({ what: `ended early: ${why}` }));
    this.#changed.notify();
  }

  take(order: RunOrder): OrderAnswer {
    switch (order.order) {
      case 'pause':
        return this.#pause();
      case 'continue':
        return this.#continue();
      case 'stop':
      case 'stop-now':
        this.stop('stopped', 'by the operator', order.order === 'stop-now');
        return taken;
      case 'retry':
      case 'skip':
      case 'undo':
        return this.#takeChoice(order.order, order.step);
    }
  }

  #pause(): OrderAnswer {
    if (this.#paused) return refused('The run is already paused.');
    this.#paused = true;
    this.#spend(this.#world.journal.write({ type: 'run-paused', why: 'by the operator' }));
    return taken;
  }

  #continue(): OrderAnswer {
    if (this.#failed().length > 0) return refused('A step has failed: retry, skip or undo it, or stop the run.');
    if (!this.#paused) return refused('The run is not paused.');
    this.#goOn();
    return taken;
  }

  #goOn(): void {
    this.#paused = false;
    this.#choosing = false;
    this.#spend(this.#world.journal.write({ type: 'run-continued' }));
  }

  /** The choices after a failure. */
  #takeChoice(choice: 'retry' | 'skip' | 'undo', id: string): OrderAnswer {
    const step = this.#failed().find((failed) => failed.id === id);
    if (step === undefined) return refused(`${id} is not a failed step.`);
    // Not the count of what is under way: the journal's own line, which reports the wait, is still being synced then.
    if (!this.#choosing) return refused('Other steps still run; choose when they have ended.');
    if (choice === 'undo') return this.#undo(step);
    if (choice === 'skip' && !step.skippable)
      return refused(`${step.title} cannot be skipped: later steps depend on it.`);
    this.#standing.set(id, choice === 'skip' ? 'settled' : 'queued');
    this.#spend(this.#world.journal.write(choice === 'skip' ? skipped(id) : { type: 'step-requeued', step: id }));
    if (this.#failed().length === 0) this.#goOn();
    else this.#sayChoosing();
    return taken;
  }

  /** The step stays a failed one: it is retried or skipped afterwards, or the run is left. The run says again that it waits. */
  #undo(step: PlannedStep): OrderAnswer {
    if (!step.undoable || kindOf(this.#input.kinds, step).undo === undefined)
      return refused(`${step.title} cannot be undone.`);
    if (!pastUndoable(step, this.#input.past.of(step.id)))
      return refused(`${step.title} made nothing that could be removed: what it found there and fixed stays.`);
    this.#choosing = false;
    this.#spend(undoStep(this.#attemptInput(step)));
    return taken;
  }
}

/** A journal whose events also reach the run's own memory, unmasked: a second attempt knows what the first one remembered. */
export function noting(journal: Journal, past: RunPast): Journal {
  return {
    ...journal,
    write: (event) => {
      past.note(event);
      return journal.write(event);
    },
  };
}

export function kindOf(kinds: ReadonlyMap<string, AnyStepKind>, step: PlannedStep): AnyStepKind {
  const kind = kinds.get(step.kind);
  if (kind === undefined) throw new Error(`No step of kind ${step.kind} is known.`);
  return kind;
}

function standingOf(past: StepPast): StepStanding {
  if (past.state === 'skipped') return 'settled';
  if (past.underWay) return 'interrupted';
  return past.state === 'done' ? 'recheck' : 'queued';
}

const whyFailed = (failed: readonly PlannedStep[]): string =>
  `${failed.map(({ title, node }) => (node === undefined ? title : `${title} (${node})`)).join(', ')} failed`;

const skipped = (step: string): RunEventBody => ({
  type: 'step-done',
  step,
  outcome: 'skipped',
  seen: 'skipped by the operator',
  durationMs: 0,
});

function stuck(plan: Plan, standing: ReadonlyMap<string, StepStanding>): Fault {
  const open = plan.steps.filter(({ id }) => standing.get(id) !== 'settled');
  return new Fault({
    what: 'The plan cannot continue: its remaining steps wait for each other.',
    why: open.map(({ id, needs }) => `${id} needs ${needs.join(', ')}`).join('\n'),
    exitCode: exitCode.ourFault,
  });
}
