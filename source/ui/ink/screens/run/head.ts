import { durationClock, durationGuess } from '../../../../text/duration.ts';
import type { RunState } from '../../store/run-state.ts';

/** `14 of 41 · 3:12 · left about 9 min`. */
export function headOfRun(run: RunState, now: number): string {
  const { counts, startedAt, lastAt, state } = run.view;
  const done = counts.changed + counts.already + counts.skipped;
  const until = state === 'ended' ? lastAt : Math.max(now + run.ahead, lastAt ?? 0);
  const spent = startedAt === undefined || until === undefined ? '' : ` · ${durationClock(until - startedAt)}`;
  const left = run.left !== undefined && state === 'running' ? ` · left ${durationGuess(run.left)}` : '';
  const word = state === 'paused' ? ' · paused' : state === 'choosing' ? ' · waits for you' : '';
  return `${done} of ${counts.total}${spent}${left}${word}`;
}
