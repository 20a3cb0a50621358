import { Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';
import type { Script } from '../../host/host.ts';
import { StepFault } from '../../plan/step-fault.ts';
import { safeText } from '../../text/safe-text.ts';
import type { StepFailure } from '../view/view.ts';

/** A command as the operator reads it: a script by its name, never by its text. */
export function shownCommand(command: readonly string[] | Script): readonly string[] {
  return 'name' in command ? [command.name, ...(command.arguments ?? [])] : command;
}

const longestLine = 4000;

/** One line of a command's output as it is kept: what a progress bar drew last, without control codes, cut where it is endless. */
export function keptLine(line: string): string {
  const drawn = line.split('\r').findLast((part) => part.trim() !== '') ?? '';
  const plain = safeText(drawn);
  return plain.length > longestLine ? `${plain.slice(0, longestLine)} … (${plain.length} characters)` : plain;
}

/** The words of a failed step, from whatever was thrown while it was tried. */
export function describeFailure(tried: string, thrown: unknown): StepFailure {
  const error = asFileFault(thrown);
  if (error instanceof StepFault)
    return { tried: error.tried, seen: error.seen, causes: error.causes, next: error.next };
  if (error instanceof Fault) {
    const seen =
      error.where === undefined || error.message.includes(error.where)
        ? error.message
        : `${error.message} (${error.where})`;
    return { tried, seen, causes: error.why === undefined ? [] : [error.why], next: error.next };
  }
  const seen = messageOf(error);
  return { tried, seen, causes: ['A bug in the program.'], next: [] };
}
