import { type AppEvent, next, type Transition } from '../../store/event.ts';
import { runScreen } from '../../store/run-state.ts';
import type { AppState, ReviewState } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';

export function reviewNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'planned' | 'plan-failed' | 'begun' | 'begin-failed' }>,
): Transition {
  const withReview = (change: Partial<ReviewState>): AppState => ({ ...state, review: { ...state.review, ...change } });
  switch (event.type) {
    case 'planned': {
      // The cursor waits where the name is typed: a name that is typed at once must not set off the keys of the lines.
      const index = event.review.lines.length;
      return next(withReview({ planning: false, plan: event.plan, review: event.review, index, problem: [] }));
    }
    case 'plan-failed':
      return next(withReview({ planning: false, problem: event.lines }));
    case 'begin-failed':
      // On the lines the keys of the page work, so that the whole failure can be opened.
      return next(withReview({ beginning: false, stopping: false, problem: event.lines, index: 0 }));
    case 'begun':
      return begun(state);
  }
}

/** The run's own screen. A Ctrl-C that came before it is passed on. */
function begun(state: AppState): Transition {
  const { plan, stopping } = state.review;
  if (!plan) return next(state);
  const { size, now, files } = state;
  const place = { files, rehearsal: state.rehearsal !== undefined };
  const screen = runScreen(plan, { size, now, withSummary: true, place });
  const run = { ...screen, run: { ...screen.run, stopping } };
  const review = { ...state.review, beginning: false, stopping: false };
  const entered = enterScreen({ ...state, review, run }, 'run');
  return stopping ? next(entered.state, ...entered.effects, { do: 'steer', order: { order: 'stop' } }) : entered;
}
