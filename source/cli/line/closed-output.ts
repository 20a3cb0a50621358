import { exitCode } from '../../errors/fault.ts';
import { codeOf, messageOf } from '../../errors/thrown.ts';
import { kloudspot } from '../../text/command.ts';

/** ms that a verb has for ending by itself, so that what it opened is closed. One that only shows what goes on would never end. */
const grace = 1000;

/** Lets the program end quietly when whatever reads its output goes away, as in `kloudspot plan | head -1`. */
export function endWithOutput(): void {
  process.stdout.on('error', outputFailed);
  process.stderr.on('error', () => undefined);
}

/** For a process whose output is a log that no one waits for: its work goes on without it. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

let closed = false;

/** Sets the exit code for an output that cannot be written, and ends the program soon. */
export function outputFailed(error: unknown): void {
  if (closed) return;
  closed = true;
  const code = codeOf(error) === 'EPIPE' ? exitCode.outputClosed : exitCode.usage;
  if (code !== exitCode.outputClosed) process.stderr.write(unwritable(error));
  process.on('exit', () => {
    process.exitCode = code;
  });
  setTimeout(() => process.exit(code), grace).unref();
}

const unwritable = (error: unknown): string =>
  `✗ The output cannot be written: ${messageOf(error)}
  next:  Send it somewhere else. A run that has started continues: ${kloudspot('attach')}
`;
