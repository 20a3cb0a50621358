import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomic } from '../../host/write-atomic.ts';

const originSchema = z.object({
  version: z.literal(1),
  root: z.string(),
  rehearsal: z.object({ scenario: z.string(), speed: z.number().positive() }).exactOptional(),
});

/** Where a run came from: the root of its files, and the rehearsal it belongs to. */
export type Origin = z.output<typeof originSchema>;

const originPath = (directory: string): string => join(directory, 'run.json');

export async function writeOrigin(directory: string, origin: Origin): Promise<void> {
  await writeAtomic(originPath(directory), `${JSON.stringify(origin)}\n`, 0o600);
}

export async function readOrigin(directory: string): Promise<Origin> {
  return originSchema.parse(JSON.parse(await readFile(originPath(directory), 'utf8')));
}
