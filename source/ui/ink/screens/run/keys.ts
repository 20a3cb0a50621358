import type { RunOrder } from '../../../../engine/journal/event.ts';
import { awaitsChoice } from '../../../../engine/view/view.ts';
import { type RunState, stepHere } from '../../store/run-state.ts';
import type { KeyPress } from '../../widgets/keys.ts';

export interface RunAnswer {
  readonly state: RunState;
  readonly order?: RunOrder;
  /** `leave`: the screen is left, the run goes on or has ended; `log`: all lines of the step; `help`. */
  readonly next?: 'leave' | 'log' | 'help' | 'why';
}

/** What a key does on the run screen. */
export function runKey(state: RunState, key: KeyPress): RunAnswer {
  const moved = move(state, key);
  if (moved) return { state: moved };
  if (key.name === 'control' && key.text === 'c') return interrupt(state);
  if (key.name === 'enter') return { state, next: 'log' };
  if (key.name !== 'character') return { state };
  if (key.text === 'q') return { state, next: 'leave' };
  if (key.text === 'l') return { state, next: 'log' };
  if (key.text === '?') return { state, next: 'help' };
  if (key.text === 'p') return pauseOrGoOn(state);
  return state.view.state === 'choosing' ? afterFailure(state, key.text) : { state };
}

function move(state: RunState, key: KeyPress): RunState | undefined {
  const rows = state.view.groups.length;
  const columns = state.view.nodes.length;
  const to = (row: number, column: number): RunState => ({
    ...state,
    moved: true,
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  });
  if (key.name === 'up') return to(state.row - 1, state.column);
  if (key.name === 'down') return to(state.row + 1, state.column);
  if (key.name === 'left') return to(state.row, state.column - 1);
  if (key.name === 'right') return to(state.row, state.column + 1);
  if (key.name === 'home') return to(0, state.column);
  if (key.name === 'end') return to(rows - 1, state.column);
  if (key.name === 'pageUp') return to(state.row - 8, state.column);
  if (key.name === 'pageDown') return to(state.row + 8, state.column);
  return key.name === 'escape' ? { ...state, moved: false } : undefined;
}

/** Once: stop after the running steps. Twice: now; the journal is still written. */
function interrupt(state: RunState): RunAnswer {
  if (state.view.state === 'ended' || state.lost !== undefined) return { state, next: 'leave' };
  if (state.stopping) return { state, order: { order: 'stop-now' } };
  return { state: { ...state, stopping: true }, order: { order: 'stop' } };
}

function pauseOrGoOn(state: RunState): RunAnswer {
  if (state.view.state === 'running') return { state, order: { order: 'pause' } };
  return state.view.state === 'paused' ? { state, order: { order: 'continue' } } : { state };
}

function afterFailure(state: RunState, text: string): RunAnswer {
  const here = stepHere(state);
  if (!here) return { state };
  const { id, skippable, undoable } = here.step;
  const failed = awaitsChoice(here);
  if (text === 'r' && failed) return { state: { ...state, moved: false }, order: { order: 'retry', step: id } };
  if (text === 's' && failed && skippable)
    return { state: { ...state, moved: false }, order: { order: 'skip', step: id } };
  if (text === 'u' && failed && undoable && here.state !== 'undone')
    return { state, order: { order: 'undo', step: id } };
  return { state };
}
