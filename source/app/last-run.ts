import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { journalPath } from '../engine/journal/run-paths.ts';
import { withoutWaiting } from '../host/read-text-now.ts';
import type { Files } from '../site/files.ts';

/** How far the run that something was done with last came: `open` also while it runs, `none` where nothing of any run stands. */
export type LastRun = 'done' | 'open' | 'none';

/** What the end of a journal tells. */
interface JournalEnd {
  readonly id: string;
  readonly at: string;
  readonly outcome: string | undefined;
}

/** Glances at the ends of the journals, in a ms each: no event is judged. What cannot be read counts as no run. */
export function lastRun({ runs }: Pick<Files, 'runs'>): LastRun {
  try {
    const names = readdirSync(runs).filter((name) => !name.startsWith('.'));
    return reached(names.toSorted().flatMap((name) => endOf(name, journalPath(join(runs, name)))));
  } catch {
    // Opening the run says what is wrong with it.
    return 'none';
  }
}

function reached(ends: readonly JournalEnd[]): LastRun {
  const last = ends.toSorted((one, other) => one.at.localeCompare(other.at)).at(-1);
  if (last && last.outcome !== 'done' && last.outcome !== 'undone') return 'open';
  return ends.some((end) => end.outcome === 'done' && !isGone(end, ends)) ? 'done' : 'none';
}

/** A run that was undone took with it what later ones had built on it. */
const isGone = (end: JournalEnd, ends: readonly JournalEnd[]): boolean =>
  ends.some(({ id, at, outcome }) => outcome === 'undone' && id < end.id && at > end.at);

/** Longer than the line of any last event. */
const mostBytes = 64 * 1024;

/** What the last line of a journal tells; nothing where there is none. */
function endOf(id: string, path: string): JournalEnd[] {
  let file: number;
  try {
    file = openSync(path, withoutWaiting);
  } catch {
    return [];
  }
  try {
    const { size, mtime } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(mostBytes, size));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const line = bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    if (line === '') return [];
    const outcome = /"type":"run-ended","outcome":"([a-z-]+)"/.exec(line)?.[1];
    return [{ id, outcome, at: /"at":"([^"]+)"/.exec(line)?.[1] ?? mtime.toISOString() }];
  } finally {
    closeSync(file);
  }
}
