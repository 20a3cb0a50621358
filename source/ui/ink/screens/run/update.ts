import { exitCodeOf } from '../../../../engine/outcome.ts';
import { exitCode } from '../../../../errors/fault.ts';
import { type AppEvent, type Command, only, type Step } from '../../store/event.ts';
import { withEvent } from '../../store/run-state.ts';
import type { AppState } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { runKey } from './keys.ts';
import { freshLog, helpOf, openLog } from './log.ts';

export function runNews(state: AppState, event: Extract<AppEvent, { type: 'run' | 'run-lost' }>): Step {
  if (!state.run) return only(state);
  if (event.type === 'run-lost') return only({ ...state, run: { ...state.run, lost: event.why } });
  const run = withEvent(state.run, event.event, event.left, event.now);
  const next: AppState = { ...state, run, now: event.now, overlay: freshLog(state, run) };
  const ended = event.event.type === 'run-ended' && event.event.outcome === 'done';
  return ended ? enterScreen({ ...next, overlay: undefined }, 'summary') : only(next);
}

export function runScreenKey(state: AppState, key: KeyPress): Step {
  if (!state.run) return only(state);
  const answer = runKey(state.run, key);
  const commands: Command[] = answer.order ? [{ do: 'steer', order: answer.order }] : [];
  const next: AppState = { ...state, run: answer.state };
  if (answer.next === 'leave') return leave(next, commands);
  if (answer.next === 'log') return only(openLog(next, answer.state), ...commands);
  if (answer.next === 'help') return only({ ...next, overlay: helpOf(answer.state) }, ...commands);
  return only(next, ...commands);
}

function leave(state: AppState, commands: readonly Command[]): Step {
  const { run } = state;
  if (run?.view.state === 'ended') return enterScreen(state, 'summary');
  return only(state, ...commands, { do: 'exit', code: run ? exitCodeOf(run.view) : exitCode.done });
}

export function summaryKey(state: AppState, key: KeyPress): Step {
  const leaves = key.name === 'enter' || key.name === 'escape' || (key.name === 'character' && key.text === 'q');
  if (leaves) return only(state, { do: 'exit', code: state.run ? exitCodeOf(state.run.view) : exitCode.done });
  if (key.name === 'character' && key.text === 'l') return enterScreen(state, 'run');
  return only(state);
}
