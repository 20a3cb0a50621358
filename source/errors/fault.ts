import { safeText } from '../text/safe-text.ts';

/** Exit codes of the program; exit-codes.ts says what they mean. */
export const exitCode = {
  done: 0,
  ourFault: 1,
  usage: 2,
  preflightFailed: 3,
  stepFailed: 4,
  locked: 5,
  refused: 6,
  /** Of `status --exit-code` alone, as the next two. */
  degraded: 10,
  down: 11,
  unknown: 12,
  interrupted: 130,
  /** As a program that SIGPIPE ends: 128 + 13. */
  outputClosed: 141,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export interface FaultWords {
  /** What happened, one sentence. */
  readonly what: string;
  /** Node, file with line and column, or field. */
  readonly where?: string;
  /** What it means or why it happened. */
  readonly why?: string;
  /** It was refused before anything was changed, and says so. */
  readonly unchanged?: boolean;
  /** What to do next, one line each. */
  readonly next?: readonly string[];
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** A failure that the operator can understand and act on. Its words may quote machines and files: they are made safe to show. Anything else that is thrown is a fault of ours. */
export class Fault extends Error {
  override readonly name: string = 'Fault';
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly unchanged: boolean;
  readonly next: readonly string[];
  readonly exitCode: ExitCode;

  constructor(words: FaultWords) {
    super(safeText(words.what), { cause: words.cause });
    this.where = words.where === undefined ? undefined : safeText(words.where);
    this.why = words.why === undefined ? undefined : safeText(words.why);
    this.unchanged = words.unchanged === true;
    this.next = (words.next ?? []).map(safeText);
    this.exitCode = words.exitCode ?? exitCode.usage;
  }
}

/** What is said of a fault before which nothing was changed. */
export const nothingChanged = 'Nothing was changed.';
