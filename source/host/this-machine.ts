import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { atHome } from './home-path.ts';
import { refuseUnlessFile, textNow } from './read-text-now.ts';
import { whyUnreadInLine } from './unread.ts';

/** A file as it was found: its absolute path and a way to its text, or what is wrong with it and what to do. */
export type FoundFile = { readonly path: string; readonly text: () => string } | { readonly problem: string };

/** What the pure parts may learn of the machine that kloudspot runs on. Their callers hand it in. */
export interface ThisMachine {
  /** ms since 1970. */
  now(): number;
  /** A file of at most 1 MiB that this user can read. */
  file(path: string): FoundFile;
}

/** Larger than any key or certificate chain; a longer file is the wrong one. */
const mostBytes = 1024 * 1024;

export const thisMachine: ThisMachine = { now: () => Date.now(), file: foundFile };

function foundFile(given: string): FoundFile {
  const path = resolve(atHome(given));
  try {
    const seen = statSync(path);
    refuseUnlessFile(path, seen);
    if (seen.isFile() && seen.size > mostBytes)
      return { problem: `${path} is larger than 1 MiB: this is not the file that is meant` };
    const text = textNow(path) ?? '';
    return text === '' ? { problem: `${path} is empty` } : { path, text: () => text };
  } catch (error) {
    return { problem: `${path}: ${whyUnreadInLine(error)}` };
  }
}
