import type { RunEvent, RunOrder } from '../../../engine/journal/event.ts';
import {
  applyEvent,
  awaitsChoice,
  cellSteps,
  emptyView,
  type RunView,
  type StepView,
} from '../../../engine/view/view.ts';
import type { Plan } from '../../../plan/document/document.ts';
import type { RunPlace } from '../../model/ending.ts';
import type { KeyPress } from '../widgets/keys.ts';
import type { Size } from '../widgets/layout.ts';
import type { PagerState } from '../widgets/pager/state.ts';
import type { Tone } from '../widgets/theme.ts';

/** How a run stands, and where the operator looks. */
export interface RunState {
  readonly view: RunView;
  /** Position among the groups; follows the work until someone moves it. */
  readonly row: number;
  /** Position among the nodes. */
  readonly column: number;
  readonly moved: boolean;
  /** When it ends by earlier runs' times, ms since 1970 by the run's clock; undefined: not known. */
  readonly endsAt: number | undefined;
  /** When that was asked for last, by the run's clock. */
  readonly askedAt: number;
  /** A rehearsal's clock is its own: ms that it is ahead of this machine's; 0 where the clocks are one. */
  readonly ahead: number;
  readonly place: RunPlace;
  /** Ctrl-C was pressed: the run stops after its running steps. */
  readonly stopping: boolean;
  /** The journal could not be followed further. */
  readonly lost: string | undefined;
}

/** The run screen, inside `init` and alone. */
export interface RunScreen {
  readonly run: RunState;
  readonly size: Size;
  /** Of the newest event, ms since 1970. */
  readonly now: number;
  /** A text over the grid: the log of `step`, which grows, or a help. */
  readonly pager: { readonly pager: PagerState; readonly step?: string } | undefined;
  readonly message: { readonly grade: Tone; readonly text: string } | undefined;
  /** It began before this screen: until its journal is read, nothing is known of it. */
  readonly reading: boolean;
  /** Whether the summary comes after the end, or the screen is left. */
  readonly withSummary: boolean;
}

/** ms that the rest of a run takes by earlier runs; undefined where that is not known. */
type TimeLeft = (view: RunView) => number | undefined;

export type RunScreenNews =
  /** `left`: asked once the event is part of the view. */
  | { readonly type: 'event'; readonly event: RunEvent; readonly left: TimeLeft | undefined }
  /** The journal can no longer be read. */
  | { readonly type: 'lost'; readonly why: string }
  /** The run did not take an order. */
  | { readonly type: 'refused'; readonly why: string };

export type RunScreenEvent =
  | { readonly type: 'key'; readonly key: KeyPress; readonly now: number }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'time'; readonly now: number }
  | (RunScreenNews & { readonly now: number });

export type RunEffect = { readonly do: 'steer'; readonly order: RunOrder } | { readonly do: 'leave' };

export function runScreen(
  plan: Plan,
  given: Pick<RunScreen, 'size' | 'now' | 'withSummary'> & { readonly place: RunPlace; readonly reading?: boolean },
): RunScreen {
  const { place, reading = false, ...rest } = given;
  return { ...rest, reading, run: runState(plan, place), pager: undefined, message: undefined };
}

function runState(plan: Plan, place: RunPlace): RunState {
  return {
    place,
    ahead: 0,
    view: emptyView(plan),
    row: 0,
    column: 0,
    moved: false,
    endsAt: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
    stopping: false,
    lost: undefined,
  };
}

/** Whether nothing is known of the run yet. */
export const isUnread = ({ reading, run }: RunScreen): boolean => reading && run.view.state === 'starting';

/** `now`: when it was read, ms since 1970 by this machine's clock. */
export function withEvent(state: RunState, event: RunEvent, left: TimeLeft | undefined, now: number): RunState {
  const at = Date.parse(event.at);
  const ahead = state.place.rehearsal ? at - now : 0;
  const view = applyEvent(state.view, event);
  const next = { ...state, ahead, view, ...endAfter(state, view, at, left) };
  const failed = event.type === 'step-failed';
  if (state.moved && !failed) return next;
  return event.type === 'step-started' || failed ? lookAt(next, event.step) : next;
}

/** ms of the run's clock that the time left holds while steps only print: it is asked of all steps, and lines come by the thousand. */
const leftKeptMs = 1000;

function endAfter(
  { view: before, endsAt, askedAt }: RunState,
  view: RunView,
  at: number,
  left: TimeLeft | undefined,
): Pick<RunState, 'endsAt' | 'askedAt'> {
  if (view.counts === before.counts && at - askedAt < leftKeptMs) return { endsAt, askedAt };
  const ms = left?.(view);
  return { endsAt: ms === undefined ? endsAt : at + ms, askedAt: at };
}

/** Focuses a step. */
function lookAt(state: RunState, id: string): RunState {
  const row = state.view.groups.findIndex((group) => [...group.steps.values()].some((ids) => ids.includes(id)));
  const node = state.view.steps.get(id)?.step.node;
  const column = node === undefined ? state.column : Math.max(0, state.view.nodes.indexOf(node));
  return row === -1 ? state : { ...state, row, column };
}

/** The steps in focus: those of the cell, else those of the cluster in this row. */
function stepsHere(state: RunState): readonly StepView[] {
  const group = state.view.groups[state.row];
  if (!group) return [];
  const cell = cellSteps(state.view, group, state.view.nodes[state.column]);
  if (cell.length > 0) return cell;
  const cluster = cellSteps(state.view, group, undefined);
  return cluster.length > 0 ? cluster : [...group.steps.keys()].flatMap((node) => cellSteps(state.view, group, node));
}

/** The one to show: what runs or has failed, else the one that ended last, else the first. */
export function stepHere(state: RunState): StepView | undefined {
  const steps = stepsHere(state);
  return (
    steps.find((step) => step.state === 'failed' || step.state === 'undo-failed' || awaitsChoice(step)) ??
    steps.find((step) => step.state === 'running' || step.state === 'undoing') ??
    steps.findLast((step) => step.durationMs !== undefined) ??
    steps[0]
  );
}
