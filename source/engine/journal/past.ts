import { leftUndoable, type PlannedStep } from '../../plan/step.ts';
import type { RunEvent, RunEventBody } from './event.ts';
import { journalLines } from './journal.ts';

/** What the journal so far says of one step. */
export interface StepPast {
  /** `open`: never begun, or begun and not ended, or failed, or undone. */
  readonly state: 'open' | 'done' | 'skipped';
  /** It was begun and has not ended: its process was killed, or it restarts the workstation. */
  readonly underWay: boolean;
  readonly attempts: number;
  /** It ran a command or wrote a file that was not undone since. */
  readonly touched: boolean;
  readonly remembered: ReadonlyMap<string, string>;
}

export const noPast: StepPast = {
  state: 'open',
  underWay: false,
  attempts: 0,
  touched: false,
  remembered: new Map(),
};

/** Whether a step left something behind that it can undo. */
export const pastUndoable = (step: PlannedStep, { touched, remembered }: StepPast): boolean =>
  leftUndoable(step, { touched, remembers: (key) => remembered.has(key) });

/** A whole run, or one step of it. */
export interface UndoScope {
  readonly step?: string;
}

/** What a resume and an undo rest on, read out of a journal and kept up while the run goes on. */
export interface RunPast {
  /** How many processes have carried this run. */
  readonly processes: number;
  /** The hash of the plan that the first of them began with. */
  readonly plan: string | undefined;
  /** What the last of them was to undo, where it was started for that. */
  readonly undoing: UndoScope | undefined;
  of(step: string): StepPast;
  /** Ids of steps in the order in which their last attempts began. */
  order(): readonly string[];
  note(event: RunEventBody): void;
}

export function pastOf(events: readonly RunEvent[]): RunPast {
  const past = newPast();
  for (const event of events) past.note(event);
  return past;
}

/** What the journal of a run says, read line by line. */
export const readPast = async (directory: string): Promise<RunPast> => (await readWholePast(directory)).past;

/** The same, and the number of the first line, from 1, that is damaged: it holds no event. A last line that is torn does not count. */
export async function readWholePast(
  directory: string,
): Promise<{ readonly past: RunPast; readonly damagedLine: number | undefined }> {
  const past = newPast();
  let number = 0;
  let damagedLine: number | undefined;
  for await (const { event } of journalLines(directory, 0)) {
    number += 1;
    if (event === undefined) damagedLine ??= number;
    else past.note(event);
  }
  return { past, damagedLine };
}

function newPast(): RunPast {
  const steps = new Map<string, StepPast>();
  // A set keeps its order: the last attempt counts.
  const order = new Set<string>();
  let processes = 0;
  let plan: string | undefined;
  let undoing: UndoScope | undefined;
  const of = (step: string) => steps.get(step) ?? noPast;
  return {
    of,
    order: () => [...order],
    get processes() {
      return processes;
    },
    get plan() {
      return plan;
    },
    get undoing() {
      return undoing;
    },
    note: (event) => {
      if (event.type === 'run-started') {
        processes++;
        plan ??= event.plan;
        undoing = event.undo;
      }
      if (!('step' in event)) return;
      if (event.type === 'step-started') {
        order.delete(event.step);
        order.add(event.step);
      }
      steps.set(event.step, pastAfter(of(event.step), event));
    },
  };
}

function pastAfter(past: StepPast, event: Extract<RunEventBody, { readonly step: string }>): StepPast {
  switch (event.type) {
    case 'step-started':
      return { ...past, state: 'open', underWay: true, attempts: event.attempt };
    case 'step-failed':
      return { ...past, underWay: false };
    case 'command':
    case 'file-written':
      return { ...past, touched: true };
    case 'remembered':
      // What a later attempt finds may be the work of an earlier one: the first value is the one to go back to.
      if (past.remembered.has(event.key)) return past;
      return { ...past, remembered: new Map(past.remembered).set(event.key, event.value) };
    case 'step-done':
      return { ...past, underWay: false, state: event.outcome === 'skipped' ? 'skipped' : 'done' };
    case 'step-undone':
      return { ...noPast, attempts: past.attempts };
    default:
      return past;
  }
}
