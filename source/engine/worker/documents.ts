import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { moveAside } from '../../host/move-aside.ts';
import { textIfPresent } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';

const documentsSchema = z.array(
  z.object({ path: z.string(), content: z.string(), mode: z.number().int(), aside: z.string().exactOptional() }),
);

/** A file of the workstation that a run writes once it holds the lock. `aside`: where the text that is there is kept. */
export type RunDocument = z.output<typeof documentsSchema>[number];

const documentsPath = (directory: string): string => join(directory, 'documents.json');

/** Keeps the documents in the folder of the run, for its process to write. */
export async function storeDocuments(directory: string, documents: readonly RunDocument[]): Promise<void> {
  if (documents.length > 0) await writeAtomic(documentsPath(directory), `${JSON.stringify(documents)}\n`, 0o600);
}

/** What was there before, beside what was written; undefined: nothing. */
const writtenSchema = z.array(documentsSchema.element.extend({ before: z.string().optional() }));
const writtenPath = (directory: string): string => join(directory, 'documents-written.json');

/**
 * Writes them, each as a whole, and keeps what was there: a later process of the same run writes none. One that goes on after
 * a kill takes what is written already for its own, not for what was there.
 */
export async function writeDocuments(directory: string): Promise<void> {
  const text = await textIfPresent(documentsPath(directory));
  if (text === undefined) return;
  const earlier = new Map((await writtenDocuments(directory)).map(({ path, before }) => [path, before]));
  const documents = await Promise.all(
    documentsSchema.parse(JSON.parse(text)).map(async (one) => {
      const now = await textIfPresent(one.path);
      return { ...one, now, before: now === one.content ? earlier.get(one.path) : now };
    }),
  );
  const written = documents.map(({ now: _, ...document }) => document);
  await writeAtomic(writtenPath(directory), `${JSON.stringify(written)}\n`, 0o600);
  for (const { path, content, mode, aside, now } of documents) {
    if (aside !== undefined && now !== undefined && now !== content) await moveAside(path, aside);
    await writeAtomic(path, content, mode);
  }
  await rm(documentsPath(directory), { force: true });
}

async function writtenDocuments(directory: string): Promise<z.output<typeof writtenSchema>> {
  const text = await textIfPresent(writtenPath(directory));
  return text === undefined ? [] : writtenSchema.parse(JSON.parse(text));
}

/**
 * Puts back what was there before, where no one has changed it since. The documents wait again for a later process of the same run.
 * Gives the paths.
 */
export async function restoreDocuments(directory: string): Promise<readonly string[]> {
  const written = await writtenDocuments(directory);
  if (written.length === 0) return [];
  const restored: string[] = [];
  for (const { path, content, mode, before } of written) {
    if (before === undefined || before === content || (await textIfPresent(path)) !== content) continue;
    await writeAtomic(path, before, mode);
    restored.push(path);
  }
  await storeDocuments(
    directory,
    written.map(({ before: _, ...document }) => document),
  );
  await rm(writtenPath(directory), { force: true });
  return restored;
}
