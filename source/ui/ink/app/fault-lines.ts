import { Fault } from '../../../errors/fault.ts';

/** A failure in lines: what, where, why, and what to do. */
export function faultLines(error: unknown): readonly string[] {
  if (!(error instanceof Fault)) return [error instanceof Error ? error.message : String(error)];
  return [
    error.where === undefined ? error.message : `${error.message} (${error.where})`,
    ...(error.why === undefined ? [] : error.why.split('\n')),
    ...error.next,
  ];
}
