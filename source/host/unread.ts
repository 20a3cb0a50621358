import { Fault } from '../errors/fault.ts';
import { codeOf, messageOf } from '../errors/thrown.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'The file does not exist.',
  EACCES: 'You may not read it: run as root or as its owner.',
  EPERM: 'You may not read it: run as root or as its owner.',
  EISDIR: 'It is a folder.',
  ELOOP: 'Symbolic links form a loop.',
  ENOTDIR: 'A part of its path is not a folder.',
  ENAMETOOLONG: 'Its path is too long.',
  EIO: 'The disk reports an error.',
};

/** Why a file that an operator names was not read, as a sentence. */
export function whyUnread(error: unknown): string {
  if (error instanceof Fault) return error.why ?? error.message;
  return reasons[codeOf(error) ?? ''] ?? `The system says: ${messageOf(error)}`;
}

/** The same behind a colon. */
export function whyUnreadInLine(error: unknown): string {
  const why = whyUnread(error);
  return why.charAt(0).toLowerCase() + why.slice(1);
}
