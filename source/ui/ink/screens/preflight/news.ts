import { type AppEvent, next, type Transition } from '../../store/event.ts';
import type { AppState, PreflightState } from '../../store/state.ts';
import { goTo } from '../../store/transitions.ts';

export function preflightNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'judged' | 'checked' | 'check-failed' }>,
): Transition {
  const withPreflight = (change: Partial<PreflightState>): AppState => ({
    ...state,
    preflight: { ...state.preflight, ...change },
  });
  switch (event.type) {
    case 'judged':
      return next(withPreflight({ open: event.open, site: event.site, asking: event.site !== undefined }));
    case 'check-failed':
      return next(withPreflight({ asking: false, problem: event.lines }));
    case 'checked': {
      const { findings, help } = event;
      const checked = withPreflight({ asking: false, findings, help, problem: [], toReview: false });
      // The operator was on Review when the draft was left.
      const goesOn = state.preflight.toReview && state.screen === 'preflight';
      return goesOn ? goTo(checked, 'review') : next(checked);
    }
  }
}
