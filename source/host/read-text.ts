import { readFile } from 'node:fs/promises';
import { isMissing } from '../errors/thrown.ts';

/** The text of a file; undefined where there is none. Throws what Node throws when it cannot be read. */
export async function textIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
