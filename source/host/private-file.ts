import { close, fstat, open, readFile } from 'node:fs';
import { promisify } from 'node:util';
import { Fault } from '../errors/fault.ts';

/** The text of a file that holds secrets. `what` names it in a fault: `password file`. Throws `Fault` where it cannot be read, or others can read it. */
export async function readPrivateFile(file: string, what: string): Promise<string> {
  const fd = await promisify(open)(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new Fault({ what: `The ${what} cannot be opened: ${cause.code}.`, where: file, cause });
  });
  try {
    return await readIfPrivate(fd, file, what);
  } finally {
    await promisify(close)(fd);
  }
}

/** The open file is judged, not the name: the two could differ by the time it is read. */
async function readIfPrivate(fd: number, file: string, what: string): Promise<string> {
  const { mode, uid } = await promisify(fstat)(fd);
  if ((mode & 0o077) !== 0 || (uid !== process.geteuid?.() && uid !== 0)) {
    throw new Fault({
      what: `The ${what} can be read by others.`,
      where: file,
      why: `It has mode ${(mode & 0o777).toString(8).padStart(4, '0')}; secrets are read only from a file of our own with mode 0600.`,
      next: [`chmod 600 ${file}`],
    });
  }
  return promisify(readFile)(fd, 'utf8');
}
