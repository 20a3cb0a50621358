import type { StepFailure, StepState, StepView } from '../../engine/view/view.ts';
import { durationClock, durationWords } from '../../text/duration.ts';

/** Why a step failed and what to do, a line each: the same words on the screen and in plain lines. */
export function failureLines(failure: StepFailure): readonly string[] {
  return [
    `tried: ${failure.tried}`,
    `seen: ${failure.seen}`,
    ...failure.causes.map((cause) => `likely: ${cause}`),
    ...failure.next.map((line) => `next: ${line}`),
  ];
}

/** What a running step waits for, what it sees now, how long a download still takes, and when it gives up. `now`: ms since 1970 by the run's clock. */
export function waitTexts(step: StepView, now: number): readonly string[] {
  if (step.state !== 'running' && step.state !== 'undoing') return [];
  const { waiting, text, doneAt } = step;
  const end = waiting?.untilAt ?? step.untilAt;
  return [
    ...(waiting ? [`waits for ${waiting.for}`, `now: ${waiting.seen}`] : text === undefined ? [] : [text]),
    ...(waiting || doneAt === undefined || doneAt <= now ? [] : [`about ${durationWords(doneAt - now)} left`]),
    ...(end === undefined ? [] : [`gives up in ${durationClock(Math.max(0, end - now))}`]),
  ];
}

/** How a step ended, in a word or two. */
export function outcomeWord(state: Extract<StepState, 'changed' | 'already' | 'skipped'>): string {
  if (state === 'already') return 'was already right';
  return state === 'skipped' ? 'skipped' : 'done';
}
