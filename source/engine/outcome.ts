import { type ExitCode, exitCode } from '../errors/fault.ts';
import type { RunOutcome } from './journal/event.ts';
import type { RunView } from './view/view.ts';

const codes: Readonly<Record<RunOutcome, ExitCode>> = {
  done: exitCode.done,
  undone: exitCode.done,
  'partly-undone': exitCode.done,
  // It goes on by itself.
  rebooting: exitCode.done,
  failed: exitCode.stepFailed,
  // `resume` goes on, as after a failed step.
  lost: exitCode.stepFailed,
  removed: exitCode.stepFailed,
  stopped: exitCode.interrupted,
  interrupted: exitCode.interrupted,
};

/** The program's exit code for how a run ended. */
export const outcomeExitCode = (outcome: RunOutcome): ExitCode => codes[outcome];

/** The exit code of leaving a run now. A run that goes on is not a failure; one that waits after a failed step is. */
export function exitCodeOf({ outcome, state }: Pick<RunView, 'outcome' | 'state'>): ExitCode {
  if (outcome !== undefined) return outcomeExitCode(outcome);
  return state === 'choosing' ? exitCode.stepFailed : exitCode.done;
}
