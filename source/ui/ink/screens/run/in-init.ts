import { type AppBindings, type AppEvent, next, type Transition } from '../../store/event.ts';
import type { RunEffect, RunScreen, RunScreenEvent } from '../../store/run-state.ts';
import type { AppState } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { messagesPager } from '../overlay/messages-pager.ts';
import { codeOfRun } from './frame.ts';
import { runKeys } from './keys.ts';
import { fittedSummary, summaryMessages } from './summary.tsx';
import { runUpdate } from './update.ts';

/** The run screen as a page of `init`: the same keys, and after its end the summary. */
export function runPageKeys(state: AppState): AppBindings {
  if (!state.run) return [];
  return runKeys(state.run).map((binding) => ({ ...binding, act: (key) => carriedOver(state, binding.act(key)) }));
}

/** An event of the run screen inside `init`. */
export function inInit(state: AppState, event: RunScreenEvent): Transition {
  return state.run ? carriedOver(state, runUpdate(state.run, event)) : next(state);
}

export function runNews(state: AppState, { news, now }: Extract<AppEvent, { type: 'run' }>): Transition {
  const told = inInit(state, { ...news, now });
  const done = news.type === 'event' && news.event.type === 'run-ended' && news.event.outcome === 'done';
  return done && state.screen === 'run' ? enterScreen(closed(told.state), 'summary') : told;
}

/** Whatever was read over the grid gives way to the summary. */
function closed(state: AppState): AppState {
  return state.run ? { ...state, run: { ...state.run, pager: undefined } } : state;
}

function carriedOver(state: AppState, { state: run, effects }: Transition<RunScreen, RunEffect>): Transition {
  const after: AppState = { ...state, run };
  const [effect] = effects;
  if (effect?.do === 'steer') return next(after, effect);
  if (effect === undefined) return next(after);
  return run.run.view.state === 'ended'
    ? enterScreen(after, 'summary')
    : next(after, { do: 'exit', code: codeOfRun(run) });
}

export function summaryKeys(state: AppState): AppBindings {
  const { run } = state;
  if (!run) return [];
  return [
    {
      keys: ['enter', 'escape', 'q', '^c'],
      label: 'leave',
      dropOrder: 0,
      act: () => next(state, { do: 'exit', code: codeOfRun(run) }),
    },
    ...summaryTextKeys(state, run),
    { keys: ['l'], label: 'back to the run', dropOrder: 1, act: () => enterScreen(state, 'run') },
  ];
}

/** `m` opens the summary whole, where it does not fit. */
function summaryTextKeys(state: AppState, { run }: RunScreen): AppBindings {
  const [rows, width] = [bodyRows(state.size), bodyColumns(state.size)];
  if (!fittedSummary(run, { width, rows }).cut) return [];
  const pager = () => messagesPager(summaryMessages(run, true), width);
  return [
    {
      keys: ['m'],
      label: 'whole text',
      dropOrder: 0,
      act: () => next({ ...state, overlay: { kind: 'pager', pager: pager() } }),
    },
  ];
}
