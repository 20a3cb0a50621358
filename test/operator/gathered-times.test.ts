import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gatherTimes } from '../../source/operator/gathered-times.ts';
import type { StepTime } from '../../source/operator/memory.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const time = (kind: string): StepTime => ({ kind, ms: 1000, changed: true });

it('remembers the times of a second together, in their order', () => {
  const kept: string[][] = [];
  const times = gatherTimes({ rememberStepTimes: (all) => kept.push(all.map(({ kind }) => kind)) });
  for (const kind of ['a', 'b', 'a']) times.note(time(kind));
  expect(kept).toEqual([]);
  vi.advanceTimersByTime(1000);
  times.note(time('c'));
  vi.advanceTimersByTime(1000);
  expect(kept).toEqual([['a', 'b', 'a'], ['c']]);
});

it('remembers what is left before the process ends, once', () => {
  const kept: string[][] = [];
  const times = gatherTimes({ rememberStepTimes: (all) => kept.push(all.map(({ kind }) => kind)) });
  times.note(time('a'));
  times.keep();
  times.keep();
  vi.advanceTimersByTime(5000);
  expect(kept).toEqual([['a']]);
});
