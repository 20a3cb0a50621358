import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { Fault } from '../errors/fault.ts';
import { codeOf, isMissing } from '../errors/thrown.ts';
import { quote } from '../text/quote.ts';

/** Bytes. The largest of the program's own files, the plan for a hundred nodes, has some MB. */
export const largest = 256 * 1024 * 1024;
/** A pipe that no one writes into is opened at once, and is then seen to be one. */
export const withoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The text of a file of ours at once, also for what is read before the program is loaded; undefined where there is none. Throws a
 * `Fault` for a pipe, a device and a text of more than 256 MiB, else what Node throws.
 */
export const textNow = (path: string): string | undefined => bytesNow(path)?.toString('utf8');

/** The same as bytes. */
export function bytesNow(path: string): Buffer | undefined {
  try {
    return readNow(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The same, and throws what Node throws where there is none. */
export function readNow(path: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, withoutWaiting);
    const found = fstatSync(file);
    refuseUnlessFile(path, found);
    if (found.size > largest) throw tooLarge(path, largest);
    return readFileSync(file);
  } catch (error) {
    // The system gives no path where an open file is read.
    throw error instanceof Error && codeOf(error) !== undefined ? Object.assign(error, { path }) : error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A pipe would be waited for, and a device may never end. A folder is refused by the system when it is read. */
export function refuseUnlessFile(path: string, found: Stats): void {
  if (found.isFile() || found.isDirectory()) return;
  throw new Fault({
    what: `${path} is not a file.`,
    where: path,
    why: found.isFIFO() ? 'It is a pipe.' : 'It is a device.',
    next: [lookAt(path)],
  });
}

/**
 * Whether a path is that of something which a shell has opened, as by `<(…)`: it has a writer, and is gone when the command has ended.
 * A pipe with a name of its own may never have a writer, and would be waited for in silence.
 */
export const isOfShell = (path: string): boolean => /^\/(dev|proc\/(self|\d+))\/(fd\/\d+|stdin)$/.test(path);

const lookAt = (path: string): string => `Check it: ls -l ${quote(path)}`;

export function tooLarge(path: string, bytes: number): Fault {
  return new Fault({
    what: `${path} is too large to be read.`,
    where: path,
    why: `It has more than ${bytes / 1024 / 1024} MiB.`,
    next: [lookAt(path)],
  });
}
