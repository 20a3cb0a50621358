import type { RunEvent, RunHandle, RunOrder } from '../engine/journal/event.ts';
import { followRun } from '../engine/journal/follow.ts';
import { steerRun } from '../engine/worker/steer.ts';
import type { Memory } from '../operator/memory.ts';
import type { Plan } from '../plan/document/document.ts';
import type { Files } from '../site/files.ts';
import { timeLeft } from './time-left.ts';

/** What a view of the runs of a root needs: their events, a way to give orders, and the time left. */
export interface Watcher {
  /** The events of a run so far, then as they come, until it ends or the signal aborts. */
  follow(run: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Throws a `Fault` when the run does not listen any more, or refuses the order. */
  steer(run: RunHandle, order: RunOrder): Promise<void>;
  /** Time left in ms from earlier runs' times of the same kinds of steps, or undefined when one is not known. `spent`: ms of running steps so far. */
  estimate(plan: Plan, doneSteps: ReadonlySet<string>, spent?: ReadonlyMap<string, number>): number | undefined;
}

/** ms that usual times hold before they are read again: a run adds to them, and an estimate is made at every event. */
const timesKeptMs = 5_000;

/** Watches the runs of one root. Times of earlier runs are known once events come: `open` is called only then. */
export function watcherOf(files: Files, open: () => Memory | Promise<Memory> = memoryOf(files)): Watcher {
  let memory: Memory | undefined;
  let times: ReturnType<Memory['stepTimes']> = {};
  let readAt = Number.NEGATIVE_INFINITY;
  const usual = () => {
    if (memory !== undefined && performance.now() - readAt > timesKeptMs) {
      times = memory.stepTimes();
      readAt = performance.now();
    }
    return times;
  };
  return {
    async *follow({ directory }, signal) {
      memory ??= await open();
      yield* followRun(directory, { signal });
    },
    steer: ({ id }, order) => steerRun(files, id, order),
    estimate(plan, done, spent) {
      const known = usual();
      return timeLeft(plan, done, (kind) => known[kind], spent);
    },
  };
}

/** Loads what remembers only when it is called. `report`: told where the memory cannot be read. */
export const memoryOf = (files: Files, report?: (text: string) => void) => async (): Promise<Memory> =>
  (await import('../operator/memory.ts')).openMemory(files, report);
