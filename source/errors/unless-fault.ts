import { Fault } from './fault.ts';

/** What the work gives; undefined where it throws a `Fault`. Anything else that is thrown is a fault of ours and goes on. */
export async function unlessFault<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
/** The same; `otherwise` says what takes its place. */
export async function unlessFault<Result, Other>(
  work: () => Promise<Result>,
  otherwise: (fault: Fault) => Other,
): Promise<Result | Other>;
export async function unlessFault(
  work: () => Promise<unknown>,
  otherwise?: (fault: Fault) => unknown,
): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) return otherwise?.(error);
    throw error;
  }
}
