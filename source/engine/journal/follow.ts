import { existsSync, type FSWatcher, watch } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isStarting, lifeOfRun, type RunLife } from '../process/run-process.ts';
import type { RunEvent } from './event.ts';
import { journalLines } from './journal.ts';
import { journalPath } from './run-paths.ts';

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** ms between looks when the file system reports nothing. Default 500. */
  readonly poll?: number;
}

/** ms for which events are gathered before they are read: a busy run writes hundreds a second, and each reading opens the file. */
const gatherMs = 50;

/**
 * All events of a run from its beginning, then each new one as it is written. Ends after the `run-ended` event that is last,
 * once its process has left (5 s at most) and where no other one is starting, after `signal`, or, when the run's process died unexpectedly, after a `run-ended` event with outcome `lost`, or `removed` where its files are gone; no journal holds these.
 */
export async function* followRun(directory: string, options: FollowOptions): AsyncGenerator<RunEvent> {
  const bell = createBell(directory, options.signal);
  try {
    let last: RunEvent | undefined;
    let from = 0;
    let known: number | undefined;
    let quiet = true;
    while (!options.signal.aborted) {
      // Asked before reading: what the process wrote on its way out, or first, is then surely read. Not while events come: who writes them lives.
      const asked = quiet || last?.type === 'run-ended' ? await askAfter(directory, known) : undefined;
      const before = from;
      for await (const { event, end } of journalLines(directory, from)) {
        from = end;
        if (event === undefined) continue;
        last = event;
        if (event.type === 'run-started') known = event.process;
        yield event;
      }
      quiet = from === before;
      if (asked !== undefined) {
        const { life, why, starting } = asked;
        if (last?.type === 'run-ended' && !(starting && (await isStarting(directory, known))))
          return await processLeft(directory, options.signal);
        if (life === 'gone') return yield ended('lost', why, last?.at);
        if (life === 'none' && last !== undefined && !existsSync(journalPath(directory)))
          return yield ended('removed', `its files were removed: ${directory}`, last.at);
      }
      const isDone = last?.type === 'run-ended' && asked === undefined;
      if (isDone) continue;
      if (!quiet) await wait(gatherMs);
      await bell.wait(options.poll ?? 500);
    }
  } finally {
    bell.close();
  }
}

async function askAfter(
  directory: string,
  known: number | undefined,
): Promise<RunLife & { readonly starting: boolean }> {
  return { ...(await lifeOfRun(directory)), starting: await isStarting(directory, known) };
}

/** Waits while a process has taken the run over and not written its first event yet. */
export async function untilStarted(directory: string): Promise<void> {
  for (;;) {
    let known: number | undefined;
    for await (const { event } of journalLines(directory, 0)) if (event?.type === 'run-started') known = event.process;
    if (!(await isStarting(directory, known))) return;
    await wait(50);
  }
}

/** What a reader says of a run whose process or files are gone. */
function ended(outcome: 'lost' | 'removed', why: string, at = new Date().toISOString()): RunEvent {
  return { at, type: 'run-ended', outcome, why };
}

/** After its last event the process still releases its locks: only then does the caller go on. */
async function processLeft(directory: string, signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < 200 && !signal.aborted; turn++) {
    const { life } = await lifeOfRun(directory);
    if (life === 'gone' || life === 'none') return;
    await wait(25);
  }
}

/**
 * Rings when something in the folder changes, or after a while. The folder is watched, not the file: the file may not be there yet.
 * Where nothing can be watched (no inotify left, a network file system) the poll alone does it.
 */
function createBell(directory: string, signal: AbortSignal): { wait(ms: number): Promise<void>; close(): void } {
  let ring = () => {};
  let rung = false;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, () => {
      rung = true;
      ring();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = undefined;
  }
  return {
    wait: async (ms) => {
      if (!rung) await soonest(ms, signal, (rings) => (ring = rings));
      rung = false;
    },
    close: () => watcher?.close(),
  };
}

async function soonest(ms: number, signal: AbortSignal, listen: (ring: () => void) => void): Promise<void> {
  const enough = new AbortController();
  const rung = new Promise<void>((resolve) => listen(resolve));
  const timeout = wait(ms, undefined, { signal: AbortSignal.any([signal, enough.signal]) }).catch(() => undefined);
  await Promise.race([rung, timeout]);
  enough.abort();
}
