import type { Settings } from '../../app/settings.ts';
import { type ExitCode, exitCode, Fault, nothingChanged } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';
import { jsonText } from '../../text/safe-text.ts';
import { printed, wrapped } from '../../text/width.ts';
import { type PlainOutput, screenWidth } from '../../ui/plain/output.ts';

/** What a verb prints to and asks through; tests hand in their own. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
  /** Both ends are a terminal, so that questions can be asked. */
  readonly interactive: boolean;
  /** An ordinary terminal: colours and cursor moves are understood. */
  readonly capable: boolean;
}

export function processTerminal(): Terminal {
  const interactive = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  return {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    interactive,
    capable: interactive && process.env.TERM !== 'dumb' && process.env.INK_SCREEN_READER !== 'true',
  };
}

/** Whether the pages are what is asked for. */
export const forScreen = ({ yes, plain }: Pick<Settings, 'yes' | 'plain'>): boolean =>
  !yes && !plain && processTerminal().capable;

/** Lines for a person: broken between words at the width of a terminal, whole where they go into a pipe or a file. */
export function printLines(stream: PlainOutput, lines: readonly string[]): void {
  const width = screenWidth(stream) ?? Number.POSITIVE_INFINITY;
  stream.write(
    lines
      .flatMap((line) => printed(line, width))
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** One object for machines. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.output.write(`${jsonText(value, 2)}\n`);
}

/** Draws what went wrong for the operator, and gives the exit code. */
export function reportFailure(
  thrown: unknown,
  settings: Pick<Settings, 'json' | 'verbose' | 'ascii'>,
  terminal: Terminal,
): ExitCode {
  const error = asFileFault(thrown);
  const fault = error instanceof Fault ? error : undefined;
  if (settings.json) printJson(terminal, { error: faultAsData(error) });
  else terminal.errors.write(faultText(error, screenWidth(terminal.errors), settings.ascii ? 'x' : '✗'));
  if (settings.verbose && error instanceof Error) terminal.errors.write(`${causes(error)}\n`);
  return fault?.exitCode ?? exitCode.ourFault;
}

/** The words of a failure: what, where, why, next. On a terminal of `width` columns broken between words. */
export function faultText(error: unknown, width = Number.POSITIVE_INFINITY, sign = '✗'): string {
  if (!(error instanceof Fault)) {
    return `${sign} A bug in the program: ${messageOf(error)}\n  Run it again with --verbose to see where. Nothing that was saved is lost.\n`;
  }
  const lines = [
    ...labelled(sign, [error.message], 2, width),
    ...labelled('  where:', error.where === undefined ? [] : [error.where], 9, width),
    ...labelled('  why:', error.why?.split('\n') ?? [], 9, width),
    ...labelled('  state:', error.unchanged ? [nothingChanged] : [], 9, width),
    ...labelled('  next:', error.next, 9, width),
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines under each other from a column on, the label before the first. */
function labelled(label: string, lines: readonly string[], column: number, width: number): string[] {
  return lines
    .flatMap((line) => wrapped(line, Math.max(20, width - column), true))
    .map((line, index) => (index === 0 ? label : '').padEnd(column) + line);
}

function faultAsData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Fault)) return { what: messageOf(error), exitCode: exitCode.ourFault };
  return {
    what: error.message,
    where: error.where,
    why: error.why,
    ...(error.unchanged && { unchanged: true }),
    next: error.next,
    exitCode: error.exitCode,
  };
}

function causes(error: Error): string {
  const lines = [error.stack ?? error.message];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    lines.push(`because of ${cause.stack ?? cause.message}`);
  return lines.join('\n');
}

/** Fails where a question has to be asked and there is no terminal to prompt on. */
export function refuseToAsk(what: string, instead: string): never {
  throw new Fault({
    what,
    why: 'Standard input or output is not a terminal.',
    next: [instead],
    exitCode: exitCode.refused,
  });
}
