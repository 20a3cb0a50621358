import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import { isMissing } from '../../errors/thrown.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { kloudspot } from '../../text/command.ts';

const originSchema = z.object({
  version: z.literal(1),
  root: z.string(),
  site: z.string().exactOptional(),
  /** Flags that commands to print repeat. */
  flags: z.array(z.string()).default([]),
  rehearsal: z.object({ scenario: z.string(), speed: z.number().positive() }).exactOptional(),
});

/** Where a run came from: the root of its files, its site file, and the rehearsal it belongs to. */
export type Origin = z.output<typeof originSchema>;

const originPath = (directory: string): string => join(directory, 'run.json');

export async function writeOrigin(directory: string, origin: z.input<typeof originSchema>): Promise<void> {
  await writeAtomic(originPath(directory), `${JSON.stringify(origin)}\n`, 0o600);
}

/** Throws a `Fault` that names the file where it is missing or damaged. */
export async function readOrigin(directory: string): Promise<Origin> {
  try {
    return originSchema.parse(JSON.parse(await readFile(originPath(directory), 'utf8')));
  } catch (cause) {
    throw new Fault({
      what: 'What the run rests on cannot be read.',
      where: originPath(directory),
      why: isMissing(cause) ? 'There is no such file.' : 'The file is damaged.',
      next: [`This run cannot go on. ${kloudspot('apply')}  makes a new plan and carries it out.`],
      cause,
    });
  }
}
