import { chmod, lstat } from 'node:fs/promises';
import { makeFolder } from '../make-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/**
 * A UNIX socket's path has at most 104 bytes with its end mark (macOS; Linux: 108), and ssh first binds a name that is 17 longer.
 * Our names take up to 16.
 */
const longestFolder = 104 - 1 - 17 - 1 - 16;

/** A folder for ssh's sockets that is ours alone and whose path is short enough: the wanted one, or else one in the temporary folder. */
export async function socketFolder(wanted: string): Promise<string> {
  if (Buffer.byteLength(wanted) <= longestFolder && (await isPrivate(wanted))) return wanted;
  return temporaryFolder(longestFolder);
}

async function isPrivate(folder: string): Promise<boolean> {
  try {
    makeFolder(folder, 0o700);
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== process.geteuid?.()) return false;
    if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
    return true;
  } catch {
    return false;
  }
}
