import { type ExitCode, exitCode } from '../fault/fault.ts';
import type { RunOutcome } from './journal/event.ts';

const codes: Readonly<Record<RunOutcome, ExitCode>> = {
  done: exitCode.done,
  undone: exitCode.done,
  // It goes on by itself.
  rebooting: exitCode.done,
  failed: exitCode.stepFailed,
  // `resume` goes on, as after a failed step.
  lost: exitCode.stepFailed,
  stopped: exitCode.interrupted,
  interrupted: exitCode.interrupted,
};

/** The program's exit code for how a run ended. */
export const outcomeExitCode = (outcome: RunOutcome): ExitCode => codes[outcome];
