import { basename } from 'node:path';
import { counted } from '../../../../text/plural.ts';
import { type AppEvent, next, type Transition } from '../../store/event.ts';
import { type AppState, initialState, isPage, progress, type ScreenId } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';

export function startNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'opened' | 'draft' | 'session' | 'start-failed' }>,
): Transition {
  switch (event.type) {
    case 'opened': {
      const { product, rehearsal, files, problem } = event;
      return next({ ...state, product, rehearsal, files, start: { ...state.start, problem } });
    }
    case 'start-failed':
      return next({ ...state, start: { ...state.start, busy: false, problem: event.lines } });
    case 'session': {
      const { size, start } = state;
      const { product, rehearsal, files } = event;
      const facts = { ...start, draft: undefined, installed: undefined, productName: product.name };
      const fresh = initialState({ size, product, rehearsal, files, canRehearse: false }, facts);
      return next({ ...fresh, start: { ...fresh.start, busy: start.busy } }, { do: 'new-draft', replaces: false });
    }
    case 'draft':
      return openDraft(state, event);
  }
}

/** Opens a draft on the page where it was left; a draft that was on Review comes back by way of the checks. */
function openDraft(state: AppState, event: Extract<AppEvent, { type: 'draft' }>): Transition {
  const at = isPage(event.at ?? 'start') || event.at === 'preflight' || event.at === 'review' ? event.at : undefined;
  const opened: AppState = {
    ...state,
    draft: event.draft,
    source: event.source,
    savedAt: event.savedAt,
    access: new Map(),
    focus: {},
    visited: new Set(before(at)),
    start: { ...state.start, draft: undefined, busy: false, path: undefined, problem: [] },
    preflight: { ...state.preflight, toReview: at === 'review' },
  };
  const entered = enterScreen(opened, at === 'review' ? 'preflight' : (at ?? 'nodes'));
  const open = event.open?.length ?? 0;
  const lines = [
    ...(open > 0
      ? [`${counted(open, 'answer')} missing or wrong: the pages ask for ${open === 1 ? 'it' : 'them'}.`]
      : []),
    ...(event.copy === undefined ? [] : [`The earlier draft is kept beside it as ${basename(event.copy)}.`]),
  ];
  if (lines.length === 0) return entered;
  const message = { grade: open > 0 ? 'warn' : 'plain', text: lines.join(' ') } as const;
  return { ...entered, state: { ...entered.state, message } };
}

function before(screen: ScreenId | undefined): readonly ScreenId[] {
  const place = progress.findIndex((stop) => stop.id === screen);
  return progress.slice(0, Math.max(0, place)).map((stop) => stop.id);
}
