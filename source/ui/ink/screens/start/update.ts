import { exitCode } from '../../../../errors/fault.ts';
import { type AppEvent, only, type Step } from '../../store/event.ts';
import { type AppState, initialState } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';
import { choiceAction } from '../../widgets/choice/keys.ts';
import { choose } from '../../widgets/choice/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { textAction } from '../../widgets/text/keys.ts';
import { editText, textState } from '../../widgets/text/state.ts';
import { startRows } from './rows.ts';

export function startNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'start-known' | 'draft' | 'session' | 'start-failed' }>,
): Step {
  if (event.type === 'start-known')
    return only({ ...state, start: { ...state.start, loaded: true, draft: event.draft, recent: event.recent } });
  if (event.type === 'start-failed')
    return only({ ...state, start: { ...state.start, busy: false, problem: event.lines } });
  if (event.type === 'session') {
    const { size } = state;
    return only(initialState({ size, product: event.product, rehearsal: event.rehearsal, canRehearse: false }), {
      do: 'new-draft',
    });
  }
  const next: AppState = {
    ...state,
    draft: event.draft,
    savedAt: event.savedAt,
    access: new Map(),
    focus: {},
    start: { ...state.start, busy: false, path: undefined, problem: [] },
  };
  return enterScreen(next, 'nodes');
}

export function startKey(state: AppState, key: KeyPress): Step {
  const { start } = state;
  if (start.busy || !start.loaded) return only(state);
  if (start.path) return pathKey(state, key);
  const rows = startRows(state);
  const action = choiceAction(key);
  if (action)
    return only({
      ...state,
      start: { ...start, problem: [], index: choose({ index: start.index, count: rows.length }, action).index },
    });
  if (key.name === 'escape' || (key.name === 'character' && key.text === 'q'))
    return only({ ...state, overlay: { kind: 'leave' } });
  if (key.name === 'character' && key.text === '?')
    return only({ ...state, overlay: { kind: 'help', title: 'Where to begin', text: helpText } });
  return key.name === 'enter' ? chosen(state, rows[start.index]?.key) : only(state);
}

const helpText =
  'Every change is saved at once as a draft. Nothing is done to any machine before you have seen everything on the review page and typed the site’s name.';

function chosen(state: AppState, key: string | undefined): Step {
  const busy: AppState = { ...state, start: { ...state.start, busy: true, problem: [] } };
  const { draft } = state.start;
  if (key === 'new') return only(busy, { do: 'new-draft' });
  if (key === 'rehearse') return only(busy, { do: 'rehearse' });
  if (key === 'leave') return only(state, { do: 'exit', code: exitCode.refused });
  if (key === 'on') return enterScreen(state, 'nodes');
  if (key === 'continue' && draft)
    return startNews(state, { type: 'draft', draft: draft.draft, savedAt: draft.savedAt });
  if (key?.startsWith('recent:')) return only(busy, { do: 'load', path: key.slice('recent:'.length) });
  return key === 'load' ? only({ ...state, start: { ...state.start, path: textState(''), problem: [] } }) : only(state);
}

function pathKey(state: AppState, key: KeyPress): Step {
  const path = state.start.path ?? textState('');
  if (key.name === 'escape') return only({ ...state, start: { ...state.start, path: undefined, problem: [] } });
  if (key.name === 'enter') {
    if (path.text.trim() === '') return only({ ...state, start: { ...state.start, path: undefined } });
    return only(
      { ...state, start: { ...state.start, busy: true, problem: [] } },
      { do: 'load', path: path.text.trim() },
    );
  }
  const action = textAction(key);
  return action
    ? only({ ...state, start: { ...state.start, path: editText(path, action), problem: [] } })
    : only(state);
}
