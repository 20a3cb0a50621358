import { expect } from 'vitest';
import type { JournalLine, Rehearsal } from './program.ts';

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
