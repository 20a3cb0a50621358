import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { textIfPresent } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';

const documentsSchema = z.array(
  z.object({ path: z.string(), content: z.string(), mode: z.number().int(), aside: z.string().exactOptional() }),
);

/** A file of the workstation that a run writes once it holds the lock. `aside`: where the text that stands there is kept. */
export type RunDocument = z.output<typeof documentsSchema>[number];

const documentsPath = (directory: string): string => join(directory, 'documents.json');

/** Keeps the documents in the folder of the run, for its process to write. */
export async function storeDocuments(directory: string, documents: readonly RunDocument[]): Promise<void> {
  if (documents.length > 0) await writeAtomic(documentsPath(directory), `${JSON.stringify(documents)}\n`, 0o600);
}

/** Writes them, each as a whole, and forgets them: a later process of the same run writes none. */
export async function writeDocuments(directory: string): Promise<void> {
  const text = await textIfPresent(documentsPath(directory));
  if (text === undefined) return;
  for (const { path, content, mode, aside } of documentsSchema.parse(JSON.parse(text))) {
    if (aside !== undefined) await rename(path, aside);
    await writeAtomic(path, content, mode);
  }
  await rm(documentsPath(directory), { force: true });
}
