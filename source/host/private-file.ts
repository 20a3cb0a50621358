import { close, constants, fstat, open, readFile, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { Fault } from '../errors/fault.ts';
import { quote } from '../text/quote.ts';
import { isOfShell, refuseUnlessFile, tooLarge } from './read-text-now.ts';
import { whyUnread } from './unread.ts';

/** Bytes. A file with more is another one than is meant. */
const largest = 1024 * 1024;

/** The text of a file that holds secrets. `what` names it in a fault: `password file`. Throws `Fault` where it cannot be read, or others can read it. */
export async function readPrivateFile(file: string, what: string): Promise<string> {
  // A pipe that the shell has opened is waited for; one with a name of its own may never have a writer.
  const how = isOfShell(file) ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK;
  const unread = (cause: unknown): never => {
    const next = ['Give the path of a file of your own, of mode 0600.'];
    throw new Fault({ what: `The ${what} cannot be read.`, where: file, why: whyUnread(cause), next, cause });
  };
  const fd = await promisify(open)(file, how).catch(unread);
  try {
    const found = await promisify(fstat)(fd);
    // Node gives no text and no error for a folder.
    if (found.isDirectory()) return unread(Object.assign(new Error(), { code: 'EISDIR' }));
    refuse(found, file, what);
    return await promisify(readFile)(fd, 'utf8').catch(unread);
  } finally {
    await promisify(close)(fd);
  }
}

/** The open file is judged, not the name: the two could differ by the time it is read. */
function refuse(found: Stats, file: string, what: string): void {
  const { mode, uid, size } = found;
  if (!(isOfShell(file) && found.isFIFO())) refuseUnlessFile(file, found);
  if ((mode & 0o077) !== 0 || (uid !== process.geteuid?.() && uid !== 0)) {
    throw new Fault({
      what: `The ${what} can be read by others.`,
      where: file,
      why: `It has mode ${(mode & 0o777).toString(8).padStart(4, '0')}; secrets are read only from a file of our own with mode 0600.`,
      next: [`chmod 600 ${quote(file)}`],
    });
  }
  if (size > largest) throw tooLarge(file, largest);
}
