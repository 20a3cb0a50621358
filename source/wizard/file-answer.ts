import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf } from '../errors/thrown.ts';
import { atHome } from '../host/home-path.ts';
import type { Parsed } from './page.ts';

/** Larger than any key or certificate chain; a longer file is the wrong one. */
const mostBytes = 1024 * 1024;

/** A file that this user can read. The answer is its absolute path: the run works in another folder. */
export function readableFile(text: string): Parsed {
  if (text === '') return { problem: 'A path is needed' };
  const path = resolve(atHome(text));
  try {
    const seen = statSync(path);
    if (seen.isDirectory()) return { problem: `${path} is a folder: give the file in it` };
    accessSync(path, constants.R_OK);
    if (seen.size === 0) return { problem: `${path} is empty` };
    if (seen.size > mostBytes) return { problem: `${path} is larger than 1 MiB: this is not the file that is meant` };
    return { value: path };
  } catch (error) {
    return { problem: `${path} ${why(error)}` };
  }
}

function why(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'does not exist: check the path';
  if (code === 'EACCES') return 'cannot be read by this user: change its rights, or run with sudo';
  if (code === 'ENOTDIR') return 'a part of the path is not a folder: check the path';
  return `cannot be read (${String(code)})`;
}
