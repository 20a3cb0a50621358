import { readFileSync } from 'node:fs';
import { isMissing } from '../errors/thrown.ts';

/** The text of a file at once, for what is read before the program is loaded; undefined where there is none. Throws what Node throws. */
export function textNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
