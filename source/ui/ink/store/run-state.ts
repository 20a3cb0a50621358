import type { RunEvent } from '../../../engine/journal/event.ts';
import {
  applyEvent,
  awaitsChoice,
  cellSteps,
  emptyView,
  type RunView,
  type StepView,
} from '../../../engine/view/view.ts';
import type { Plan } from '../../../plan/document/document.ts';

/** The run screen: how the run stands, and where the operator looks. */
export interface RunState {
  readonly view: RunView;
  /** Position among the groups; follows the work until somebody moves it. */
  readonly row: number;
  /** Position among the nodes. */
  readonly column: number;
  readonly moved: boolean;
  /** ms left by earlier runs' times; undefined: nobody knows. */
  readonly left: number | undefined;
  /** A rehearsal's clock is its own: ms that it is ahead of this machine's; 0 where the clocks are one. */
  readonly ahead: number;
  readonly rehearsal: boolean;
  /** Ctrl-C was pressed: the run stops after its running steps. */
  readonly stopping: boolean;
  /** The journal could not be followed further. */
  readonly lost: string | undefined;
}

export function runState(plan: Plan, rehearsal: boolean): RunState {
  return {
    rehearsal,
    ahead: 0,
    view: emptyView(plan),
    row: 0,
    column: 0,
    moved: false,
    left: undefined,
    stopping: false,
    lost: undefined,
  };
}

/** `now`: when it was read, ms since 1970 by this machine's clock. */
export function withEvent(state: RunState, event: RunEvent, left: number | undefined, now: number): RunState {
  const ahead = state.rehearsal ? Date.parse(event.at) - now : 0;
  const next = { ...state, ahead, view: applyEvent(state.view, event), left: left ?? state.left };
  const failed = event.type === 'step-failed';
  if (state.moved && !failed) return next;
  return event.type === 'step-started' || failed ? lookAt(next, event.step) : next;
}

/** Puts the eye on a step. */
export function lookAt(state: RunState, id: string): RunState {
  const row = state.view.groups.findIndex((group) => [...group.steps.values()].some((ids) => ids.includes(id)));
  const node = state.view.steps.get(id)?.step.node;
  const column = node === undefined ? state.column : Math.max(0, state.view.nodes.indexOf(node));
  return row === -1 ? state : { ...state, row, column };
}

/** The steps under the eye: those of the cell, else those of the cluster in this row. */
export function stepsHere(state: RunState): readonly StepView[] {
  const group = state.view.groups[state.row];
  if (!group) return [];
  const cell = cellSteps(state.view, group, state.view.nodes[state.column]);
  if (cell.length > 0) return cell;
  const cluster = cellSteps(state.view, group, undefined);
  return cluster.length > 0 ? cluster : [...group.steps.keys()].flatMap((node) => cellSteps(state.view, group, node));
}

/** The one of them to be told of: what runs or has failed, else the one that ended last, else the first. */
export function stepHere(state: RunState): StepView | undefined {
  const steps = stepsHere(state);
  return (
    steps.find((step) => step.state === 'failed' || step.state === 'undo-failed' || awaitsChoice(step)) ??
    steps.find((step) => step.state === 'running' || step.state === 'undoing') ??
    steps.findLast((step) => step.durationMs !== undefined) ??
    steps[0]
  );
}
