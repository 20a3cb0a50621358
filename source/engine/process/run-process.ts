import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomic } from '../../host/write-atomic.ts';
import type { ProcessIdentity } from './process-identity.ts';

const identitySchema = z.object({ host: z.string(), process: z.number().int(), started: z.string() });

const ownerPath = (directory: string): string => join(directory, 'process.json');

/** Notes in the run's folder which process carries it out, so that a reader can tell whether that one still lives. */
export async function claimRun(directory: string, identity: ProcessIdentity): Promise<void> {
  await writeAtomic(ownerPath(directory), `${JSON.stringify(identity)}\n`, 0o600);
}

/** The process that carries out the run, or did so last. Undefined where none has begun. */
export async function runProcess(directory: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(ownerPath(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return identitySchema.parse(JSON.parse(text));
}
