import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { Fault } from '../errors/fault.ts';
import { isMissing } from '../errors/thrown.ts';
import { quote } from '../text/quote.ts';
import { isOfShell, readNow, refuseUnlessFile, textNow, tooLarge, withoutWaiting } from './read-text-now.ts';

/** The text of a file of ours; undefined where there is none. Throws as `textOfFile` does. */
export async function textIfPresent(path: string): Promise<string | undefined> {
  return textNow(path);
}

/**
 * The text of a file of ours. Throws a `Fault` for a pipe or a device, which would be waited for or never end, and for a
 * text of more than 256 MiB; else what Node throws. Read at once: six waits for a thread of Node.js take longer than the file.
 */
export async function textOfFile(path: string): Promise<string> {
  return readNow(path).toString('utf8');
}

/** Opens a file of ours to be read piece by piece. Throws as `textOfFile` does. */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, withoutWaiting);
  try {
    refuseUnlessFile(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Names of the folders in a folder of ours, those with a dot before them left out; none where it is missing. Throws what Node throws. */
export async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** By path: what came through a pipe of the shell, which gives it once. */
const cameThrough = new Map<string, Promise<string>>();

/**
 * The text of a file, of a pipe that a shell has opened, or of a device that an operator names with a flag. Throws a `Fault` for
 * another pipe, and where the text is longer than so many bytes or not UTF-8; else what Node throws.
 */
export async function textUpTo(path: string, bytes: number, flag: string): Promise<string> {
  const earlier = cameThrough.get(path);
  if (earlier !== undefined) return earlier;
  const isPipe = (await stat(path)).isFIFO();
  if (isPipe && !isOfShell(path)) throw namedPipe(path, flag);
  const text = wholeText(path, bytes);
  if (isPipe) cameThrough.set(path, text);
  return text;
}

async function wholeText(path: string, bytes: number): Promise<string> {
  const chunks: Buffer[] = await createReadStream(path, { end: bytes }).toArray();
  const whole = Buffer.concat(chunks);
  if (whole.length > bytes) throw tooLarge(path, bytes);
  if (!isUtf8(whole)) throw otherEncoding(path, whole);
  return whole.toString('utf8');
}

/** Read all the same, other bytes would be lost where the file is written again. */
function otherEncoding(path: string, whole: Buffer): Fault {
  const before = whole.toString('utf8').split('\ufffd', 1).join();
  return new Fault({
    what: `${path} is not UTF-8 text.`,
    where: path,
    why: `Line ${before.split('\n').length} holds other bytes, as of Latin-1 or UTF-16.`,
    next: ['Save it as UTF-8 in your editor, then try again.'],
  });
}

/** What is wrong with a pipe in the file system that a flag names, and the way in. */
export function namedPipe(path: string, flag: string): Fault {
  return new Fault({
    what: `${path} is not a file.`,
    where: path,
    why: 'It is a named pipe.',
    next: [`Give it on standard input: ${flag} /dev/stdin < ${quote(path)}`],
  });
}
