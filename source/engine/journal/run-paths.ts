import { join } from 'node:path';

/** The journal in the folder of a run. */
export const journalPath = (directory: string): string => join(directory, 'journal.jsonl');

/** The plan that a run follows, in its folder; a plan that is kept for `apply` lies in a folder of its own. */
export const planPath = (directory: string): string => join(directory, 'plan.json');
