import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Fault } from '../errors/fault.ts';
import { isMissing } from '../errors/thrown.ts';

/** The text of a file; undefined where there is none. Throws what Node throws when it cannot be read. */
export async function textIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** The text of a file, a pipe or a device. Throws a `Fault` where it is longer than so many bytes, else what Node throws. */
export async function textUpTo(path: string, bytes: number): Promise<string> {
  const chunks: Buffer[] = await createReadStream(path, { end: bytes }).toArray();
  const whole = Buffer.concat(chunks);
  if (whole.length <= bytes) return whole.toString('utf8');
  throw new Fault({
    what: `${path} is too large to be read.`,
    where: path,
    why: `It has more than ${bytes / 1024 / 1024} MiB.`,
  });
}
