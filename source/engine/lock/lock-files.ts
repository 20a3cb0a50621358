import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { textIfPresent } from '../../host/read-text.ts';
import { placeAtomic, writeAtomic } from '../../host/write-atomic.ts';

/** What a lock does with files. Each act happens at once or not at all, whatever other processes do meanwhile. */
export interface LockFiles {
  /** Undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Places a file where there is none; false where there is one. */
  place(path: string, text: string): Promise<boolean>;
  /** Puts a file in the place of the one that is there. */
  replace(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Paths of the files whose paths begin like this. */
  beginningWith(path: string): Promise<readonly string[]>;
}

/** Anyone may read who holds a lock. */
const mode = 0o644;

export const lockFiles: LockFiles = {
  read: textIfPresent,
  place: (path, text) => placeAtomic(path, text, mode),
  replace: (path, text) => writeAtomic(path, text, mode),
  remove: (path) => rm(path, { force: true }),
  beginningWith: async (path) => {
    const names = await readdir(dirname(path));
    return names.filter((name) => name.startsWith(basename(path))).map((name) => join(dirname(path), name));
  },
};
