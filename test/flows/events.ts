import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JournalLine, Rehearsal } from './program.ts';

/** The journal of the newest run below a root (`--root`). */
export async function newestJournal(root: string): Promise<JournalLine[]> {
  const runs = join(root, 'var/lib/kloudspot/runs');
  // A folder that is being put together has a dot before its name.
  const [run = ''] = (await readdir(runs))
    .filter((name) => !name.startsWith('.'))
    .toSorted()
    .toReversed();
  const text = await readFile(join(runs, run, 'journal.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line): JournalLine => JSON.parse(line));
}

/** Waits until the journal of the newest run holds such an event; gives all its events. */
export async function until(rehearsal: Rehearsal, at: (line: JournalLine) => boolean): Promise<JournalLine[]> {
  let lines: JournalLine[] = [];
  await expect
    .poll(async () => {
      lines = await rehearsal.journal().catch(() => []);
      return lines.some(at);
    })
    .toBe(true);
  return lines;
}
