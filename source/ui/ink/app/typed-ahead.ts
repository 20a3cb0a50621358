import type { AppEvent } from '../store/event.ts';
import type { AppState } from '../store/state.ts';
import type { AheadOf } from './store.ts';

/**
 * What becomes of a key while the page that it is meant for is not there yet: it is kept for that page. Ctrl-C is answered at once.
 * Where the page does not come, the keys that were meant for it go.
 */
export const typedAhead: AheadOf<AppState, AppEvent> = {
  keeps: ({ screen, start, overlay }, event) =>
    screen === 'start' && start.busy && overlay === undefined && event.type === 'key' && !isInterrupt(event),
  drops: ({ start }) => !start.busy && start.problem.length > 0,
};

const isInterrupt = ({ key }: Extract<AppEvent, { type: 'key' }>): boolean =>
  key.name === 'control' && key.text === 'c';
