// What the acceptance script writes: one file, again after each claim.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type Claim, Fails, NotAsked } from './claim.ts';
import { commandSchema, type Scene } from './scene.ts';

const entrySchema = z.object({
  verdict: z.enum(['holds', 'fails', 'not-asked']),
  why: z.string().default(''),
  /** ISO 8601. */
  began: z.string(),
  seconds: z.number(),
  commands: z.array(commandSchema),
});
export type Entry = z.output<typeof entrySchema>;

export const recordSchema = z.object({
  version: z.literal(1),
  /** What runs where: texts as the machines print them. */
  versions: z.record(z.string(), z.string()),
  claims: z.record(z.string(), entrySchema),
});
export type Record_ = z.output<typeof recordSchema>;

export function readRecord(folder: string): Record_ {
  const path = join(folder, 'record.json');
  if (!existsSync(path)) return { version: 1, versions: {}, claims: {} };
  return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export function writeRecord(folder: string, record: Record_): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'record.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** One claim, asked. What breaks without a verdict counts against it: nothing is left open silently. */
export async function ask(claim: Claim, scene: Scene): Promise<Entry> {
  const began = Date.now();
  const verdict = await claim(scene).then(
    () => ({ verdict: 'holds' as const, why: '' }),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof NotAsked) return { verdict: 'not-asked' as const, why };
      return { verdict: 'fails' as const, why: error instanceof Fails ? why : `could not be asked: ${why}` };
    },
  );
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  return { ...verdict, began: new Date(began).toISOString(), seconds, commands: scene.take() };
}
