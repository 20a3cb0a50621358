import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The file that `--output` names, else the usual one, here. In a folder that is named it is the usual one too, as with cp. */
export function outputFile(given: string | undefined, usual: string): string {
  if (given === undefined) return resolve(usual);
  return given.endsWith('/') || isFolder(given) ? join(resolve(given), usual) : resolve(given);
}

/** What cannot be looked at is refused where it is written to. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
