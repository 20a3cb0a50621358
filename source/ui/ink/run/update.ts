import { type ExitCode, exitCode } from '../../../fault/fault.ts';
import type { RunOutcome } from '../../../run/event.ts';
import { type AppEvent, type Command, only, type Step } from '../app/event.ts';
import { bodyRows } from '../app/layout.ts';
import { enterScreen } from '../app/moves.ts';
import type { AppState, Overlay } from '../app/state.ts';
import type { KeyPress } from '../keys.ts';
import { type PagerLine, type PagerState, page, pagerHeight, pagerOf } from '../pager/state.ts';
import { runKey } from './keys.ts';
import { type RunState, stepHere, withEvent } from './state.ts';

export function runNews(state: AppState, event: Extract<AppEvent, { type: 'run' | 'run-lost' }>): Step {
  if (!state.run) return only(state);
  if (event.type === 'run-lost') return only({ ...state, run: { ...state.run, lost: event.why } });
  const run = withEvent(state.run, event.event, event.left);
  const next: AppState = { ...state, run, now: Date.parse(event.event.at), overlay: freshLog(state, run) };
  const ended = event.event.type === 'run-ended' && event.event.outcome === 'done';
  return ended ? enterScreen({ ...next, overlay: undefined }, 'summary') : only(next);
}

/** An open log grows with its step, and stays at its end when it is read there. */
function freshLog(state: AppState, run: RunState): Overlay | undefined {
  const { overlay } = state;
  if (overlay?.kind !== 'pager' || overlay.step === undefined) return overlay;
  const height = pagerHeight(bodyRows(state.size));
  const atEnd = overlay.pager.top >= overlay.pager.lines.length - height;
  const pager: PagerState = { ...overlay.pager, lines: logOf(run, overlay.step) };
  return { ...overlay, pager: atEnd ? page(pager, { do: 'last' }, height) : pager };
}

export function logOf(run: RunState, step: string): readonly PagerLine[] {
  const log = run.view.steps.get(step)?.log ?? [];
  if (log.length === 0) return [{ text: 'Nothing was printed yet.', tone: 'quiet' }];
  return log.map((line) =>
    line.stream === 'command' ? { text: `$ ${line.text}`, tone: 'accent' } : { text: `  ${line.text}` },
  );
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

export function openLog<S extends { readonly size: AppState['size']; readonly overlay: Overlay | undefined }>(
  state: S,
  run: RunState,
): S {
  const step = stepHere(run);
  if (!step) return state;
  const pager = page(
    pagerOf(`${step.step.node ?? 'cluster'} · ${step.step.title}`, logOf(run, step.step.id)),
    { do: 'last' },
    pagerHeight(bodyRows(state.size)),
  );
  return { ...state, overlay: { kind: 'pager', pager, step: step.step.id } };
}

export function helpOf(run: RunState): Overlay {
  const step = stepHere(run)?.step;
  const text = step
    ? `${step.why} ${step.undoable ? 'It can be undone.' : 'It cannot be undone.'}${step.skippable ? ' It may be skipped.' : ''}`
    : 'The steps of the run, from top to bottom.';
  return { kind: 'help', title: step?.title ?? 'Run', text };
}

function leave(state: AppState, commands: readonly Command[]): Step {
  const { run } = state;
  if (run?.view.state === 'ended') return enterScreen(state, 'summary');
  return only(state, ...commands, { do: 'exit', code: exitCode.done });
}

export function codeOf(outcome: RunOutcome | undefined): ExitCode {
  if (outcome === undefined || outcome === 'done' || outcome === 'undone' || outcome === 'rebooting')
    return exitCode.done;
  return outcome === 'interrupted' ? exitCode.interrupted : exitCode.stepFailed;
}

export function summaryKey(state: AppState, key: KeyPress): Step {
  const leaves = key.name === 'enter' || key.name === 'escape' || (key.name === 'character' && key.text === 'q');
  if (leaves) return only(state, { do: 'exit', code: codeOf(state.run?.view.outcome) });
  if (key.name === 'character' && key.text === 'l') return enterScreen(state, 'run');
  return only(state);
}
