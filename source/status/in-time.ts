import type { Clock } from '../host/host.ts';
import { unlessLate } from '../host/unless-late.ts';

/** ms more than a command itself has: it says first that it is late. */
export const grace = 500;

/** Undefined where it fails or is late: the rest of the picture is worth more than this part. */
export function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  return unlessLate(clock, ms + grace, work).catch(() => undefined);
}
