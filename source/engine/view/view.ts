import type { Plan } from '../../plan/document/document.ts';
import type { PlannedStep } from '../../plan/step.ts';
import type { RunEvent, RunOutcome } from '../journal/event.ts';
import {
  awaitsChoice,
  emptyStep,
  noShare,
  type StepEvent,
  type StepState,
  type StepView,
  stepAfter,
} from './step-view.ts';
import { Steps } from './steps.ts';

export {
  awaitsChoice,
  canUndo,
  isSettled,
  type LogLine,
  type StepFailure,
  type StepState,
  type StepView,
} from './step-view.ts';

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
  readonly steps: Steps;
  readonly counts: Readonly<Record<StepState, number>> & { readonly total: number };
}

export type Spent = Pick<RunView, 'startedAt' | 'lastAt' | 'outcome'>;

export interface RunGroup {
  readonly title: string;
  /** Ids of its steps, by node; those of the cluster under `undefined`. */
  readonly steps: ReadonlyMap<string | undefined, readonly string[]>;
}

export function emptyView(plan: Plan): RunView {
  const steps = Steps.of(plan.steps.map(emptyStep));
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

function groupsOf(steps: readonly PlannedStep[]): RunGroup[] {
  const groups = new Map<string, Map<string | undefined, string[]>>();
  for (const step of steps) {
    const group = groups.get(step.group) ?? new Map<string | undefined, string[]>();
    group.set(step.node, [...(group.get(step.node) ?? []), step.id]);
    groups.set(step.group, group);
  }
  return [...groups].map(([title, ids]) => ({ title, steps: ids }));
}

function count(steps: Steps): RunView['counts'] {
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

/** After one step has left a state for another. */
function recounted(counts: RunView['counts'], before: StepState, after: StepState): RunView['counts'] {
  if (before === after) return counts;
  return { ...counts, [before]: counts[before] - 1, [after]: counts[after] + 1 };
}

/** The view after one more event. Never changes the view it was given. */
export function applyEvent(view: RunView, event: RunEvent): RunView {
  const at = Date.parse(event.at);
  const next = 'step' in event ? changeStep(view, event, at) : changeRun(view, event, at);
  return { ...next, lastAt: at };
}

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
        startedAt: startOf(view, at),
        ...requeue(view),
      };
    case 'run-paused':
      return {
        ...view,
        state: [...view.steps.values()].some(awaitsChoice) ? 'choosing' : 'paused',
        why: event.why,
      };
    case 'run-continued':
      return { ...view, state: 'running', why: undefined };
    case 'run-ended':
      return { ...view, state: 'ended', why: event.why, outcome: event.outcome };
  }
}

/**
 * The beginning of a run whose process starts at `at`, so that what was spent stays spent: the time since the last process
 * does not count, but for a restart of this machine, which is part of the run. ms since 1970.
 */
export function startOf({ startedAt, lastAt, outcome }: Spent, at: number): number {
  if (startedAt === undefined || lastAt === undefined) return at;
  return outcome === 'rebooting' && at > lastAt ? startedAt : startedAt + at - lastAt;
}

/** A process that starts runs nothing yet: what the last one left running or failed is queued again. */
function requeue(view: RunView): Pick<RunView, 'steps' | 'counts'> {
  const steps = Steps.of(
    [...view.steps.values()].map((step) =>
      left.has(step.state) ? { ...step, ...cleared, state: 'queued' } : { ...step, failure: undefined },
    ),
  );
  return { steps, counts: count(steps) };
}

const left: ReadonlySet<StepState> = new Set(['running', 'undoing', 'failed', 'undo-failed']);
const cleared = { ...noShare, waiting: undefined, untilAt: undefined, failure: undefined };

/** The steps that the run waits for, in the plan's order. None unless it waits for a choice. */
export function failedSteps(view: RunView): readonly StepView[] {
  return view.state === 'choosing' ? [...view.steps.values()].filter(awaitsChoice) : [];
}

function changeStep(view: RunView, event: StepEvent, at: number): RunView {
  const before = view.steps.get(event.step);
  if (before === undefined) return view;
  const after = stepAfter(before, event, at);
  return { ...view, steps: view.steps.with(after), counts: recounted(view.counts, before.state, after.state) };
}

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
