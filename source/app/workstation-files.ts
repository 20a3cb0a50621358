import { rm } from 'node:fs/promises';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';

/** A file on the seat as it is to be: `mode` of the new one. */
export interface SeatFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Writes all of them, one after the other. Gives what puts back the texts that were there, for a run that could not begin. */
export async function writeSeatFiles(files: readonly SeatFile[]): Promise<() => Promise<void>> {
  const before = await Promise.all(files.map(({ path }) => textIfPresent(path)));
  for (const { path, text, mode } of files) await writeAtomic(path, text, mode);
  return async () => {
    for (const [index, { path, mode }] of files.entries()) {
      const text = before[index];
      if (text === undefined) await rm(path, { force: true });
      else await writeAtomic(path, text, mode);
    }
  };
}
