import type { Watcher } from '../../app/follow.ts';
import { isSettled, type RunView } from '../../engine/view/view.ts';
import { durationGuess } from '../../text/duration.ts';

/** ms that the rest of a run takes by earlier runs, from the moment of its last event; undefined where that is not known. */
export function timeLeftOf(view: RunView, estimate: Watcher['estimate']): number | undefined {
  const { steps, lastAt = 0 } = view;
  const settled = [...steps.values()].filter((step) => isSettled(step.state)).map(({ step }) => step.id);
  const running = [...steps.values()].filter((step) => step.state === 'running');
  const spent = running.map(({ step, startedAt = lastAt }) => [step.id, lastAt - startedAt] as const);
  return estimate(view.plan, new Set(settled), new Map(spent));
}

/** The same in words, while the run goes on. */
export function timeLeftWords(state: RunView['state'], ms: number | undefined): string | undefined {
  return ms === undefined || state !== 'running' ? undefined : `${durationGuess(ms)} left`;
}
