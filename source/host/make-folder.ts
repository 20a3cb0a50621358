import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors/thrown.ts';

/**
 * Makes a folder and those above it that are missing. Throws what the system says of the first that cannot be made: Node's own
 * recursive mkdir says ENOENT for it, and never ends where a folder takes no new ones, such as /proc.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const refused = makeOne(path, mode);
  if (refused === undefined) return;
  const above = dirname(path);
  if (codeOf(refused) !== 'ENOENT' || above === path) throw refused;
  makeFolder(above, mode);
  const still = makeOne(path, mode);
  if (still !== undefined) throw still;
}

/** Why it is not there afterwards; undefined where it is. */
function makeOne(path: string, mode: number): unknown {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    return isFolder(path) ? undefined : error;
  }
  return undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
