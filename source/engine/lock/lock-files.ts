import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { textIfPresent } from '../../host/read-text.ts';
import type { FileAct } from '../../host/succession.ts';
import { placeAtomic, writeAtomic } from '../../host/write-atomic.ts';

/** Anyone may read who holds a lock. */
const mode = 0o644;

/** Carries out what a lock does with its files. */
export async function lockFiles(one: FileAct): Promise<readonly string[]> {
  const { act, path } = one;
  switch (act) {
    case 'read': {
      const text = await textIfPresent(path);
      return text === undefined ? [] : [text];
    }
    case 'place':
      return (await placeAtomic(path, one.text, mode)) ? [path] : [];
    case 'replace':
      await writeAtomic(path, one.text, mode);
      return [];
    case 'remove':
      await rm(path, { force: true });
      return [];
    case 'list': {
      const names = await readdir(dirname(path));
      return names.filter((name) => name.startsWith(basename(path))).map((name) => join(dirname(path), name));
    }
  }
}
