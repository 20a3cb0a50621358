import { formKey } from '../screens/form/update.ts';
import { overlayKey } from '../screens/overlay/overlay.ts';
import { preflightKey, preflightNews } from '../screens/preflight/update.ts';
import { reviewKey, reviewNews } from '../screens/review/update.ts';
import { runNews, runScreenKey, summaryKey } from '../screens/run/update.ts';
import { startKey, startNews } from '../screens/start/update.ts';
import { type AppEvent, only, type Step } from '../store/event.ts';
import { type AppState, isPage } from '../store/state.ts';
import { takeBack } from '../store/transitions.ts';
import type { KeyPress } from '../widgets/keys.ts';

/** The one place where the screens change: a state and what happened give the next state and what is asked of the world. */
export function update(state: AppState, event: AppEvent): Step {
  switch (event.type) {
    case 'key':
      return key({ ...state, message: undefined }, event.key);
    case 'resize':
      return only({ ...state, size: { columns: event.columns, rows: event.rows } });
    case 'time':
      return only({ ...state, now: event.now });
    case 'saved':
      return only({ ...state, savedAt: event.at, saveProblem: undefined });
    case 'save-failed':
      return only({ ...state, saveProblem: event.why });
    case 'message':
      return only({ ...state, message: { grade: 'fail', text: event.lines.join(' ') } });
    case 'access':
      return only(withAccess(state, event));
    case 'opened': {
      const { product, rehearsal, canRehearse } = event;
      return only({ ...state, product, rehearsal, canRehearse });
    }
    case 'start-known':
    case 'draft':
    case 'session':
    case 'start-failed':
      return startNews(state, event);
    case 'judged':
    case 'checked':
    case 'check-failed':
      return preflightNews(state, event);
    case 'planned':
    case 'plan-failed':
    case 'begun':
    case 'begin-failed':
      return reviewNews(state, event);
    case 'run':
    case 'run-lost':
      return runNews(state, event);
  }
}

function key(state: AppState, pressed: KeyPress): Step {
  if (state.overlay) return overlayKey(state, state.overlay, pressed);
  if (state.screen === 'run') return runScreenKey(state, pressed);
  if (pressed.name === 'control' && pressed.text === 'c')
    return only({ ...takeBack(state), overlay: { kind: 'leave' } });
  if (isPage(state.screen)) return formKey(state, pressed);
  if (state.screen === 'start') return startKey(state, pressed);
  if (state.screen === 'preflight') return preflightKey(state, pressed);
  return state.screen === 'review' ? reviewKey(state, pressed) : summaryKey(state, pressed);
}

function withAccess(state: AppState, event: Extract<AppEvent, { type: 'access' }>): AppState {
  const before = state.access.get(event.reach);
  const facts = event.state.state === 'ready' ? event.state.facts : before?.facts;
  const since = event.state.state === 'connecting' && before?.state.state === 'connecting' ? before.since : event.now;
  const access = new Map(state.access).set(event.reach, { state: event.state, since, facts });
  return { ...state, access, now: event.now };
}
