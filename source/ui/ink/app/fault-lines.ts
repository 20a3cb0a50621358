import { Fault, nothingChanged } from '../../../errors/fault.ts';
import { messageOf } from '../../../errors/thrown.ts';

/** A failure in lines: what, where, why, and what to do. */
export function faultLines(error: unknown): readonly string[] {
  if (!(error instanceof Fault)) return [messageOf(error)];
  return [
    error.where === undefined ? error.message : `${error.message} (${error.where})`,
    ...(error.why === undefined ? [] : error.why.split('\n')),
    ...(error.unchanged ? [nothingChanged] : []),
    ...error.next,
  ];
}
