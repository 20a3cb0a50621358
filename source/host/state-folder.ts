import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs of this user keep what is not worth a backup: XDG Base Directory Specification, `XDG_STATE_HOME`. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.XDG_STATE_HOME || join(homedir(), '.local/state');
}
