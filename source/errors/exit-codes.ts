import { type ExitCode, exitCode } from './fault.ts';

export interface ExitCodeMeaning {
  readonly code: ExitCode;
  readonly means: string;
  /** What to do then. */
  readonly next?: string;
}

/** What each exit code means, the same for every verb. `npm run docs` writes it into docs/exit-codes.md. */
export const exitCodes: readonly ExitCodeMeaning[] = [
  {
    code: exitCode.done,
    means: 'done; or you left a run and it continues; for `status` without `--exit-code`: looked, whatever the verdict',
  },
  {
    code: exitCode.ourFault,
    means: 'a file under the root cannot be read or written; or a bug in the program, which the message then says',
    next: 'what the message says; the same with `--verbose` shows where',
  },
  {
    code: exitCode.usage,
    means: 'usage, or invalid input: a flag, a site file, a run that does not exist',
    next: 'what the message says',
  },
  {
    code: exitCode.preflightFailed,
    means:
      'preflight failed, as where a node was not reached; for `storage estimate` and `storage list`: a node is short or was not seen',
    next: 'fix it, check again',
  },
  {
    code: exitCode.stepFailed,
    means: 'a step failed, no manager of the cluster answers, or the process of a run is gone',
    next: '`resume`, where a run had started',
  },
  {
    code: exitCode.locked,
    means: 'another run holds the lock',
    next: '`attach`, or `resume` when its process is gone',
  },
  {
    code: exitCode.refused,
    means:
      'refused: not confirmed, a host key or password is missing, no terminal to prompt on, or the nodes changed since the plan',
    next: 'what the message says',
  },
  { code: exitCode.degraded, means: '`status --exit-code`: it works, and something is missing', next: 'what it says' },
  { code: exitCode.down, means: '`status --exit-code`: the API or the product does not work', next: 'what it says' },
  {
    code: exitCode.unknown,
    means: '`status --exit-code`: no machine was reached from here',
    next: 'check the network between here and the machines',
  },
  { code: exitCode.interrupted, means: 'interrupted or stopped', next: '`resume`' },
  {
    code: exitCode.outputClosed,
    means: 'the reader of the output is gone, as with `head -1` behind a pipe; a run continues',
    next: '`attach`, where a run had started',
  },
];
