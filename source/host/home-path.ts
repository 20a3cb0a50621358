import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path of the site file: `~` and `~/…` lie in the home of the user who runs the program. */
export function atHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
