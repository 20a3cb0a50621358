import type { Clock } from './host.ts';

/** Undefined where it takes longer than so many ms of the clock: in a rehearsal the work of a busy machine does not count. */
export async function unlessLate<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
