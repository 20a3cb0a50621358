import type { Memory, StepTime } from './memory.ts';

/** ms for which times are gathered before they are remembered: each time the whole file is read and written. */
const gatherMs = 1000;

/** Times of steps on their way into the memory. */
export interface GatheredTimes {
  note(time: StepTime): void;
  /** Remembers at once what was noted: before the process ends. */
  keep(): void;
}

/** Steps of many nodes end by the hundred a second: their times are remembered together. */
export function gatherTimes(memory: Pick<Memory, 'rememberStepTimes'>): GatheredTimes {
  let noted: StepTime[] = [];
  let timer: NodeJS.Timeout | undefined;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    const times = noted;
    noted = [];
    if (times.length > 0) memory.rememberStepTimes(times);
  };
  return {
    note: (time) => {
      noted.push(time);
      timer ??= setTimeout(keep, gatherMs).unref();
    },
    keep,
  };
}
