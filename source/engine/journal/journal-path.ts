import { join } from 'node:path';

/** The journal in the folder of a run. */
export const journalPath = (directory: string): string => join(directory, 'journal.jsonl');
