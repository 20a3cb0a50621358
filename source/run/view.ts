import type { Plan } from '../plan/document.ts';
import type { PlannedStep } from '../plan/step.ts';
import type { RunEvent, RunOutcome } from './event.ts';

/** How a run stands, from its plan and the events so far. Pure data: every screen, the plain lines and JSON draw this. Times in ms since 1970. */
export interface RunView {
  readonly plan: Plan;
  readonly run: string | undefined;
  /** `choosing`: a step has failed and the run waits for an order. */
  readonly state: 'starting' | 'running' | 'paused' | 'choosing' | 'ended';
  /** Why it is paused, choosing or at its end. */
  readonly why: string | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly startedAt: number | undefined;
  /** Of the newest event. */
  readonly lastAt: number | undefined;
  /** Columns, in the plan's order. */
  readonly nodes: readonly string[];
  /** Rows, in the plan's order. */
  readonly groups: readonly RunGroup[];
  readonly steps: ReadonlyMap<string, StepView>;
  readonly counts: Readonly<Record<StepState, number>> & { readonly total: number };
}

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
  /** The step's own words on where it is. */
  readonly text: string | undefined;
  /** The command that runs, or ran last. */
  readonly command: { readonly node: string; readonly words: readonly string[] } | undefined;
  readonly waiting: { readonly for: string; readonly seen: string; readonly untilAt: number } | undefined;
  /** What the end state looked like. */
  readonly seen: string | undefined;
  readonly failure: StepFailure | undefined;
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

export interface RunGroup {
  readonly title: string;
  /** Ids of its steps, by node; those of the cluster under `undefined`. */
  readonly steps: ReadonlyMap<string | undefined, readonly string[]>;
}

/** Lines kept of each step. */
const logLines = 200;

export function emptyView(plan: Plan): RunView {
  const steps = new Map(plan.steps.map((step) => [step.id, emptyStep(step)]));
  return {
    plan,
    run: undefined,
    state: 'starting',
    why: undefined,
    outcome: undefined,
    startedAt: undefined,
    lastAt: undefined,
    nodes: plan.targets.map((target) => target.node),
    groups: groupsOf(plan.steps),
    steps,
    counts: count(steps),
  };
}

function emptyStep(step: PlannedStep): StepView {
  return {
    step,
    state: 'queued',
    attempt: 0,
    startedAt: undefined,
    durationMs: undefined,
    untilAt: undefined,
    fraction: undefined,
    text: undefined,
    command: undefined,
    waiting: undefined,
    seen: undefined,
    failure: undefined,
    log: [],
  };
}

function groupsOf(steps: readonly PlannedStep[]): RunGroup[] {
  const groups = new Map<string, Map<string | undefined, string[]>>();
  for (const step of steps) {
    const group = groups.get(step.group) ?? new Map<string | undefined, string[]>();
    group.set(step.node, [...(group.get(step.node) ?? []), step.id]);
    groups.set(step.group, group);
  }
  return [...groups].map(([title, ids]) => ({ title, steps: ids }));
}

function count(steps: ReadonlyMap<string, StepView>): RunView['counts'] {
  const counts = {
    total: steps.size,
    queued: 0,
    running: 0,
    changed: 0,
    already: 0,
    skipped: 0,
    failed: 0,
    undoing: 0,
    undone: 0,
    'undo-failed': 0,
  };
  for (const { state } of steps.values()) counts[state]++;
  return counts;
}

/** The view after one more event. Never changes the view it was given. */
export function applyEvent(view: RunView, event: RunEvent): RunView {
  const at = Date.parse(event.at);
  const next = 'step' in event ? changeStep(view, event, at) : changeRun(view, event, at);
  return { ...next, lastAt: at };
}

type StepEvent = Extract<RunEvent, { readonly step: string }>;
type WholeRunEvent = Exclude<RunEvent, StepEvent>;

function changeRun(view: RunView, event: WholeRunEvent, at: number): RunView {
  switch (event.type) {
    case 'run-started':
      return {
        ...view,
        run: event.run,
        state: 'running',
        why: undefined,
        outcome: undefined,
        startedAt: view.startedAt ?? at,
        ...requeue(view),
      };
    case 'run-paused':
      return {
        ...view,
        state: view.counts.failed + view.counts['undo-failed'] > 0 ? 'choosing' : 'paused',
        why: event.why,
      };
    case 'run-continued':
      return { ...view, state: 'running', why: undefined };
    case 'run-ended':
      return { ...view, state: 'ended', why: event.why, outcome: event.outcome };
  }
}

/** A process that begins anew runs nothing yet: what the last one left running is queued again. */
function requeue(view: RunView): Pick<RunView, 'steps' | 'counts'> {
  const steps = new Map(
    [...view.steps].map(([id, step]) =>
      step.state === 'running' || step.state === 'undoing'
        ? [id, { ...step, state: 'queued' as const, waiting: undefined, fraction: undefined, untilAt: undefined }]
        : [id, step],
    ),
  );
  return { steps, counts: count(steps) };
}

function changeStep(view: RunView, event: StepEvent, at: number): RunView {
  const before = view.steps.get(event.step);
  if (before === undefined) return view;
  const after = stepAfter(before, event, at);
  const steps = new Map(view.steps).set(event.step, after);
  return { ...view, steps, counts: before.state === after.state ? view.counts : count(steps) };
}

function stepAfter(step: StepView, event: StepEvent, at: number): StepView {
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
    case 'undo-started':
      return { ...quiet(step), state: 'undoing', startedAt: at };
    case 'step-undone':
      return { ...quiet(step), state: 'undone', seen: event.seen };
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
        command: { node: event.node, words: event.command },
        waiting: undefined,
        log: logged(step, { at, node: event.node, stream: 'command', text: event.command.join(' ') }),
      };
    case 'line':
      return { ...step, log: logged(step, { at, node: event.node, stream: event.stream, text: event.text }) };
    case 'progress':
      return { ...step, text: event.text, fraction: event.fraction ?? step.fraction };
    case 'waiting':
      return { ...step, waiting: { for: event.for, seen: event.seen, untilAt: Date.parse(event.untilAt) } };
    case 'file-written':
      return { ...step, log: logged(step, { at, node: event.node, stream: 'command', text: `write ${event.path}` }) };
    case 'command-ended':
    case 'remembered':
      return step;
  }
}

const quiet = (step: StepView): StepView => ({
  ...step,
  waiting: undefined,
  fraction: undefined,
  untilAt: undefined,
  text: undefined,
});

const failureOf = ({ tried, seen, causes, next }: StepFailure): StepFailure => ({ tried, seen, causes, next });

const logged = (step: StepView, line: LogLine): readonly LogLine[] => [...step.log.slice(1 - logLines), line];

/** The steps of one cell of the grid: a row's on one node, or on the cluster. */
export function cellSteps(view: RunView, group: RunGroup, node: string | undefined): readonly StepView[] {
  return (group.steps.get(node) ?? []).map((id) => view.steps.get(id)).filter((step) => step !== undefined);
}

/** One state for several steps, the one to look at first. Undefined for no steps. */
export function worstState(steps: readonly StepView[]): StepState | undefined {
  const order: readonly StepState[] = [
    'failed',
    'undo-failed',
    'running',
    'undoing',
    'queued',
    'undone',
    'changed',
    'skipped',
    'already',
  ];
  return order.find((state) => steps.some((step) => step.state === state));
}

/** Whether a step needs nothing more: changed, there already, or skipped. */
export const isSettled = (state: StepState): boolean =>
  state === 'changed' || state === 'already' || state === 'skipped';
