import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { journalPath } from '../engine/journal/journal-path.ts';
import { withoutWaiting } from '../host/read-text-now.ts';
import type { Files } from '../site/files.ts';

/** How far the newest run of a root came: `open` also while it runs, `none` where no run was begun or all of it was undone. */
export type LastRun = 'done' | 'open' | 'none';

/** Glances at the end of the newest journal, in a ms: no event is judged. What cannot be read counts as no run. */
export function lastRun({ runs }: Pick<Files, 'runs'>): LastRun {
  try {
    const names = readdirSync(runs).filter((name) => !name.startsWith('.'));
    const newest = names.toSorted().reverse();
    for (const name of newest) {
      const end = endOf(journalPath(join(runs, name)));
      if (end !== '') return reached(end);
    }
  } catch {
    // Opening the run says what is wrong with it.
  }
  return 'none';
}

function reached(line: string): LastRun {
  const outcome = /"type":"run-ended","outcome":"([a-z-]+)"/.exec(line)?.[1];
  if (outcome === 'undone') return 'none';
  return outcome === 'done' ? 'done' : 'open';
}

/** Longer than the line of any last event. */
const mostBytes = 64 * 1024;

/** The last line of a file; empty where there is none. */
function endOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, withoutWaiting);
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(mostBytes, size));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  } finally {
    closeSync(file);
  }
}
