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
      // The cursor waits where the name is typed: whoever types it at once must not set off the keys of the lines.
      const index = event.review.lines.length;
      return next(withReview({ planning: false, plan: event.plan, review: event.review, index, problem: [] }));
    }
    case 'plan-failed':
      return next(withReview({ planning: false, problem: event.lines }));
    case 'begin-failed':
      return next(withReview({ beginning: false, problem: event.lines }));
    case 'begun': {
      const { plan } = state.review;
      if (!plan) return next(state);
      const { size, now, files } = state;
      const place = { files, rehearsal: state.rehearsal !== undefined };
      const run = runScreen(plan, { size, now, withSummary: true, place });
      return enterScreen({ ...withReview({ beginning: false }), run }, 'run');
    }
  }
}
