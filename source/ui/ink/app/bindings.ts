import { formKeys } from '../screens/form/keys.ts';
import { overlayKeys } from '../screens/overlay/keys.ts';
import { preflightKeys } from '../screens/preflight/keys.ts';
import { reviewKeys } from '../screens/review/keys.ts';
import { runPageKeys, summaryKeys } from '../screens/run/in-init.ts';
import { startKeys } from '../screens/start/keys.ts';
import type { AppBindings } from '../store/event.ts';
import type { AppState } from '../store/state.ts';

/** Every key that does something now. The reducer, the footer and the help all read this. */
export function bindingsOf(state: AppState): AppBindings {
  if (state.overlay) return overlayKeys(state, state.overlay);
  switch (state.screen) {
    case 'start':
      return startKeys(state);
    case 'preflight':
      return preflightKeys(state);
    case 'review':
      return reviewKeys(state);
    case 'run':
      return runPageKeys(state);
    case 'summary':
      return summaryKeys(state);
    default:
      return formKeys(state);
  }
}
