import type { RunOrder } from '../../../../engine/journal/event.ts';
import { awaitsChoice, canUndo } from '../../../../engine/view/view.ts';
import { next, type Transition } from '../../store/event.ts';
import { helpPager } from '../../store/help-pager.ts';
import { type RunEffect, type RunScreen, type RunState, stepHere } from '../../store/run-state.ts';
import type { Binding, Bindings } from '../../widgets/bindings.ts';
import { pagerBindings } from '../../widgets/field.ts';
import type { KeyName, KeyPress } from '../../widgets/keys.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { pagerHeight } from '../../widgets/pager/state.ts';
import { failurePager, helpOf, logPager } from './log.ts';
import { runKeyHeads } from './unread.ts';

type Result = Transition<RunScreen, RunEffect>;
type RunBindings = Bindings<Result>;

/** Keys on the run screen. */
export function runKeys(state: RunScreen): RunBindings {
  const bindings = state.pager ? pagerKeys(state, state.pager) : screenKeys(state);
  return [...bindings, ...stopKeys(state)];
}

function pagerKeys(state: RunScreen, open: NonNullable<RunScreen['pager']>): RunBindings {
  const scroll = pagerBindings(open.pager, pagerHeight(bodyRows(state.size)), (pager) =>
    next<RunScreen, RunEffect>({ ...state, pager: { ...open, pager } }),
  );
  if (open.pager.typing) return scroll;
  return [
    ...scroll,
    { keys: ['escape', 'q', 'l'], label: 'close', dropOrder: 0, act: () => next({ ...state, pager: undefined }) },
  ];
}

function screenKeys(state: RunScreen): RunBindings {
  const { run } = state;
  const ended = run.view.state === 'ended';
  const leave = ended ? (state.withSummary ? 'summary' : 'leave') : runKeyHeads.leave.label;
  const bindings: RunBindings = [
    ...choiceKeys(state),
    ...moveKeys(state),
    ...textKeys(state),
    ...pauseKeys(state),
    { ...runKeyHeads.leave, label: leave, act: () => next(state, { do: 'leave' }) },
  ];
  const help = (): Result => next({ ...state, pager: { pager: helpText(state, all) } });
  const all: RunBindings = [...bindings, { ...runKeyHeads.help, act: help }];
  return all;
}

function helpText(state: RunScreen, bindings: RunBindings) {
  return helpPager({ ...helpOf(state.run), typing: false }, [...bindings, ...stopKeys(state)], bodyColumns(state.size));
}

const order = (state: RunScreen, what: RunOrder): Result => next(state, { do: 'steer', order: what });

/** What can be done about the step in focus after it failed. */
function choiceKeys(state: RunScreen): RunBindings {
  const { run } = state;
  const here = stepHere(run);
  if (run.view.state !== 'choosing' || !here || !awaitsChoice(here)) return [];
  const { id, skippable } = here.step;
  const following: RunScreen = { ...state, run: { ...run, moved: false } };
  const retry: Binding<Result> = {
    keys: ['r'],
    label: 'retry',
    dropOrder: 0,
    act: () => order(following, { order: 'retry', step: id }),
  };
  const skip: Binding<Result> = {
    keys: ['s'],
    label: 'skip',
    dropOrder: 0,
    act: () => order(following, { order: 'skip', step: id }),
  };
  const undo: Binding<Result> = {
    keys: ['u'],
    label: 'undo',
    dropOrder: 0,
    act: () => order(state, { order: 'undo', step: id }),
  };
  return [retry, ...(skippable ? [skip] : []), ...(canUndo(here) ? [undo] : [])];
}

const moves: Readonly<Partial<Record<KeyName, (run: RunState) => Partial<RunState>>>> = {
  up: (run) => ({ row: run.row - 1 }),
  down: (run) => ({ row: run.row + 1 }),
  home: () => ({ row: 0 }),
  end: (run) => ({ row: run.view.groups.length - 1 }),
  pageUp: (run) => ({ row: run.row - 8 }),
  pageDown: (run) => ({ row: run.row + 8 }),
  left: (run) => ({ column: run.column - 1 }),
  right: (run) => ({ column: run.column + 1 }),
};

function moveKeys(state: RunScreen): RunBindings {
  const { run } = state;
  const act = (key: KeyPress): Result => next({ ...state, run: moved(run, key) });
  const rows: Binding<Result> = { ...runKeyHeads.rows, act };
  const columns: Binding<Result> = { ...runKeyHeads.columns, act };
  const follow: Binding<Result> = {
    keys: ['escape'],
    label: 'follow the run again',
    act: () => next({ ...state, run: { ...run, moved: false } }),
  };
  return [
    ...(run.view.groups.length > 1 ? [rows] : []),
    ...(run.view.nodes.length > 1 ? [columns] : []),
    ...(run.moved ? [follow] : []),
  ];
}

function moved(run: RunState, key: KeyPress): RunState {
  const { row, column } = { ...run, ...moves[key.name]?.(run) };
  const within = (at: number, count: number): number => Math.max(0, Math.min(count - 1, at));
  return {
    ...run,
    moved: true,
    row: within(row, run.view.groups.length),
    column: within(column, run.view.nodes.length),
  };
}

/** The texts of the step in focus. */
function textKeys(state: RunScreen): RunBindings {
  const step = stepHere(state.run);
  if (!step) return [];
  const log: Binding<Result> = { ...runKeyHeads.log, act: () => next(logPager(state, step)) };
  const whole: Binding<Result> = {
    keys: ['m'],
    label: 'whole failure',
    dropOrder: 0,
    act: () => next({ ...state, pager: { pager: failurePager(step, bodyColumns(state.size)) } }),
  };
  return [log, ...(step.failure ? [whole] : [])];
}

function pauseKeys(state: RunScreen): RunBindings {
  const { state: stands } = state.run.view;
  const pause = (what: 'pause' | 'continue', label: string): RunBindings => [
    { keys: ['p'], label, dropOrder: 2, act: () => order(state, { order: what }) },
  ];
  if (stands === 'running') return pause('pause', 'pause');
  return stands === 'paused' ? pause('continue', 'continue') : [];
}

/** Ctrl-C once: stop after the running steps. Twice: now; the journal is still written. */
function stopKeys(state: RunScreen): RunBindings {
  const { run } = state;
  const key = (label: string, act: () => Result): RunBindings => [{ ...runKeyHeads.stop, label, act }];
  if (run.view.state === 'ended' || run.lost !== undefined) return key('leave', () => next(state, { do: 'leave' }));
  if (run.stopping) return key('stop now', () => order(state, { order: 'stop-now' }));
  return key(runKeyHeads.stop.label, () => order({ ...state, run: { ...run, stopping: true } }, { order: 'stop' }));
}
