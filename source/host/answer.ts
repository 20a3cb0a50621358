import { spokenLines } from '../text/spoken-lines.ts';
import type { RunResult } from './host.ts';

/** What a program of a node told, as far as it did. `said` is the first line of what came instead. */
export type Answer<T> =
  | { readonly answered: true; readonly value: T }
  | { readonly answered: false; readonly said: string };

/** The first line that says something, errors before output. */
export function firstWords(result: Pick<RunResult, 'code' | 'stdout' | 'stderr' | 'leftOut'>): string {
  if (result.leftOut !== undefined) return `its answer is too long: ${result.leftOut} bytes of it were left out`;
  const text = result.stderr.trim() || result.stdout.trim();
  return spokenLines(text)[0]?.trim() ?? `exit code ${result.code}`;
}

/** What a program printed, read where it ended with 0. */
export const onSuccess = <T>(result: RunResult, read: (stdout: string) => T): Answer<T> =>
  result.code === 0 ? { answered: true, value: read(result.stdout) } : { answered: false, said: firstWords(result) };
