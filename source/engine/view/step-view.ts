import { leftUndoable, type PlannedStep } from '../../plan/step.ts';
import type { RunEvent } from '../journal/event.ts';

export type StepState =
  | 'queued'
  | 'running'
  | 'changed'
  | 'already'
  | 'skipped'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'undo-failed';

export interface StepView {
  readonly step: PlannedStep;
  readonly state: StepState;
  readonly attempt: number;
  readonly startedAt: number | undefined;
  /** Of the last attempt that ended. */
  readonly durationMs: number | undefined;
  /** When the running attempt gives up. */
  readonly untilAt: number | undefined;
  /** 0 to 1, where the step knows. */
  readonly fraction: number | undefined;
  /** When the task that `fraction` is of ends, by the time that its shares took so far; ms since 1970. */
  readonly doneAt: number | undefined;
  /** The first share that was told of the task. */
  readonly firstShare: { readonly at: number; readonly fraction: number } | undefined;
  /** The step's own words on where it is. */
  readonly text: string | undefined;
  /** The command that runs, or ran last. */
  readonly command: { readonly node: string; readonly words: readonly string[] } | undefined;
  readonly waiting: { readonly for: string; readonly seen: string; readonly untilAt: number } | undefined;
  /** What the end state looked like. */
  readonly seen: string | undefined;
  /** Of a step that waits for a choice, also once it was undone. */
  readonly failure: StepFailure | undefined;
  /** It ran a command or wrote a file that was not undone since. */
  readonly touched: boolean;
  /** What it keeps for later, by key: the name of a backup. */
  readonly remembered: Readonly<Record<string, string>>;
  /** The last lines, oldest first; the journal holds all. */
  readonly log: readonly LogLine[];
}

export interface StepFailure {
  readonly tried: string;
  readonly seen: string;
  readonly causes: readonly string[];
  readonly next: readonly string[];
}

export interface LogLine {
  readonly at: number;
  readonly node: string;
  /** `command`: the command line itself. */
  readonly stream: 'stdout' | 'stderr' | 'command';
  readonly text: string;
}

/** Whether a step needs nothing more: changed, there already, or skipped. */
export const isSettled = (state: StepState): boolean =>
  state === 'changed' || state === 'already' || state === 'skipped';

/** Whether a step has failed and is to be retried, skipped or undone. */
export const awaitsChoice = ({ state, failure }: StepView): boolean =>
  failure !== undefined && (state === 'failed' || state === 'undone' || state === 'undo-failed');

/** Whether it left something behind that it can undo. */
export const canUndo = ({ step, touched, remembered }: StepView): boolean =>
  leftUndoable(step, { touched, remembers: (key) => remembered[key] !== undefined });

/** Lines kept of each step. */
const logLines = 200;

/** Of a step that tells no share of its work. */
export const noShare = { fraction: undefined, doneAt: undefined, firstShare: undefined } as const;

export function emptyStep(step: PlannedStep): StepView {
  return {
    step,
    state: 'queued',
    attempt: 0,
    startedAt: undefined,
    durationMs: undefined,
    untilAt: undefined,
    ...noShare,
    text: undefined,
    command: undefined,
    waiting: undefined,
    seen: undefined,
    failure: undefined,
    touched: false,
    remembered: {},
    log: [],
  };
}

export type StepEvent = Extract<RunEvent, { readonly step: string }>;

/** The step after one more event of its own, which happened at `at`. */
export function stepAfter(step: StepView, event: StepEvent, at: number): StepView {
  switch (event.type) {
    case 'step-started':
      return {
        ...quiet(step),
        state: 'running',
        attempt: event.attempt,
        startedAt: at,
        untilAt: at + event.deadlineMs,
        failure: undefined,
        durationMs: undefined,
      };
    case 'step-done':
      return {
        ...quiet(step),
        state: event.outcome,
        seen: event.seen,
        durationMs: event.durationMs,
        failure: undefined,
      };
    case 'step-failed':
      return {
        ...quiet(step),
        state: 'failed',
        seen: event.seen,
        durationMs: event.durationMs,
        failure: failureOf(event),
      };
    case 'step-requeued':
      return { ...quiet(step), state: 'queued', failure: undefined };
    case 'undo-started':
      return { ...quiet(step), state: 'undoing', startedAt: at };
    case 'step-undone':
      return { ...quiet(step), state: 'undone', touched: false, remembered: {}, seen: event.seen };
    case 'undo-failed':
      return { ...quiet(step), state: 'undo-failed', seen: event.seen };
    default:
      return detailsAfter(step, event, at);
  }
}

type Detail = Extract<
  StepEvent,
  { readonly type: 'command' | 'command-ended' | 'line' | 'progress' | 'waiting' | 'file-written' | 'remembered' }
>;

function detailsAfter(step: StepView, event: Detail, at: number): StepView {
  switch (event.type) {
    case 'command':
      return {
        ...step,
        touched: true,
        command: { node: event.node, words: event.command },
        waiting: undefined,
        log: logged(step, { at, node: event.node, stream: 'command', text: event.command.join(' ') }),
      };
    case 'line':
      return { ...step, log: logged(step, { at, node: event.node, stream: event.stream, text: event.text }) };
    case 'progress':
      return { ...step, text: event.text, ...shareAfter(step, event.fraction, at) };
    case 'waiting':
      return { ...step, waiting: { for: event.for, seen: event.seen, untilAt: Date.parse(event.untilAt) } };
    case 'file-written':
      return {
        ...step,
        touched: true,
        log: logged(step, { at, node: event.node, stream: 'command', text: `write ${event.path}` }),
      };
    case 'command-ended':
      return { ...step, ...noShare, text: undefined };
    case 'remembered':
      return { ...step, remembered: { ...step.remembered, [event.key]: event.value } };
  }
}

type Share = Pick<StepView, 'fraction' | 'doneAt' | 'firstShare'>;

/** What is left takes as long, share by share, as what was done. A share that is smaller than the last is of another task. */
function shareAfter({ fraction: last, firstShare }: StepView, fraction: number | undefined, at: number): Share {
  if (fraction === undefined) return noShare;
  const first = firstShare === undefined || fraction < (last ?? 0) ? { at, fraction } : firstShare;
  const done = fraction - first.fraction;
  const doneAt = done > 0 ? at + ((at - first.at) * (1 - fraction)) / done : undefined;
  return { fraction, doneAt, firstShare: first };
}

const quiet = (step: StepView): StepView => ({
  ...step,
  ...noShare,
  waiting: undefined,
  untilAt: undefined,
  text: undefined,
});

const failureOf = ({ tried, seen, causes, next }: StepFailure): StepFailure => ({ tried, seen, causes, next });

const logged = (step: StepView, line: LogLine): readonly LogLine[] => [...step.log.slice(1 - logLines), line];
