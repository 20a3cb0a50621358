import { refreshHostKeys } from '../screens/overlay/host-keys.ts';
import { preflightNews } from '../screens/preflight/news.ts';
import { reviewNews } from '../screens/review/news.ts';
import { inInit, runNews } from '../screens/run/in-init.ts';
import { startNews } from '../screens/start/news.ts';
import { type AppEvent, next, type Transition } from '../store/event.ts';
import type { AppState } from '../store/state.ts';
import { askPreflight, isConnecting } from '../store/transitions.ts';
import { pressed } from '../widgets/bindings.ts';
import { bodyColumns } from '../widgets/layout.ts';
import { pagerWidth } from '../widgets/pager/state.ts';
import { bindingsOf } from './bindings.ts';

/** The one place where the screens change: a state and what happened give the next state and what is asked of the world. */
export function update(before: AppState, event: AppEvent): Transition {
  const state = 'now' in event ? { ...before, now: event.now } : before;
  switch (event.type) {
    case 'key': {
      const quiet: AppState = { ...state, message: undefined };
      if (state.screen === 'run' && !state.overlay) return inInit(quiet, event);
      return pressed(bindingsOf(quiet), event.key) ?? next(quiet);
    }
    case 'resize':
      return inInit(resized(state, event), event);
    case 'time':
      return inInit(state, event);
    case 'saved':
      return next({ ...state, savedAt: event.at, saveProblem: undefined });
    case 'save-failed':
      return next({ ...state, saveProblem: event.why });
    case 'message':
      return next({ ...state, message: { grade: 'fail', text: event.lines.join(' ') } });
    case 'access':
      return accessNews(state, event);
    case 'heard':
      return next({ ...state, heard: new Map([...state.heard, ...event.addresses]) });
    case 'named':
      return next({ ...state, names: new Map([...state.names, ...event.names]) });
    case 'opened':
    case 'draft':
    case 'session':
    case 'start-failed':
      return startNews(state, event);
    case 'pairs':
      return next(withPairs(state, event.pairs));
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
      return runNews(state, event);
  }
}

/** What was asked again takes the place of what was heard before; the rest stays. */
function withPairs(state: AppState, heard: AppState['preflight']['pairs']): AppState {
  const pairs = new Map(state.preflight.pairs);
  for (const [from, answers] of heard) {
    const fresh = new Set(answers.peers.map(({ to }) => to));
    const kept = pairs.get(from)?.peers.filter(({ to }) => !fresh.has(to)) ?? [];
    pairs.set(from, { ...answers, peers: [...kept, ...answers.peers] });
  }
  const { overlay } = state;
  return {
    ...state,
    preflight: { ...state.preflight, pairs },
    ...(overlay?.kind === 'pairs' ? { overlay: { ...overlay, asking: false } } : {}),
  };
}

/** An open text is folded to the new width. */
function resized(state: AppState, { columns, rows }: Extract<AppEvent, { type: 'resize' }>): AppState {
  const size = { columns, rows };
  const { overlay } = state;
  if (overlay?.kind !== 'pager' && overlay?.kind !== 'keys') return { ...state, size };
  const pager = { ...overlay.pager, width: pagerWidth(bodyColumns(size)) };
  return { ...state, size, overlay: { ...overlay, pager } };
}

function accessNews(state: AppState, event: Extract<AppEvent, { type: 'access' }>): Transition {
  const before = state.access.get(event.reach);
  const facts = event.state.state === 'ready' ? event.state.facts : before?.facts;
  const since = event.state.state === 'connecting' && before?.state.state === 'connecting' ? before.since : event.now;
  const access = new Map(state.access).set(event.reach, { state: event.state, since, facts });
  const told = refreshHostKeys({ ...state, access });
  return told.preflight.waiting && !isConnecting(told) ? askPreflight(told) : next(told);
}
