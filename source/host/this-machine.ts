import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf } from '../errors/thrown.ts';
import { atHome } from './home-path.ts';
import { textNow } from './read-text-now.ts';

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
    if (seen.isDirectory()) return { problem: `${path} is a folder: give the file in it` };
    if (!seen.isFile()) return { problem: `${path} is a pipe or a device: give a file` };
    accessSync(path, constants.R_OK);
    if (seen.size === 0) return { problem: `${path} is empty` };
    if (seen.size > mostBytes) return { problem: `${path} is larger than 1 MiB: this is not the file that is meant` };
    return { path, text: () => textNow(path) ?? '' };
  } catch (error) {
    return { problem: `${path} ${why(error)}` };
  }
}

function why(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'does not exist: check the path';
  if (code === 'EACCES') return 'cannot be read by this user: change its rights, or run with sudo';
  if (code === 'ENOTDIR') return 'a part of the path is not a folder: check the path';
  if (code === 'ELOOP') return 'is a link that leads in a circle: correct the link';
  return `cannot be read (${String(code)})`;
}
