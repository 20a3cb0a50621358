import { exitCode } from '../../../../errors/fault.ts';
import type { Effect } from '../../store/effect.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { leaveKey, withHelp } from '../../store/shared-keys.ts';
import type { AppState, StartState } from '../../store/state.ts';
import { enterScreen } from '../../store/transitions.ts';
import { choiceBindings, textBindings } from '../../widgets/field.ts';
import { type TextState, textState } from '../../widgets/text/state.ts';
import { problemKey } from '../overlay/problem-key.ts';
import { besideList, startProblemRows } from './page.ts';
import { startRows } from './rows.ts';

export function startKeys(state: AppState): AppBindings {
  const { start } = state;
  if (start.busy) return [leaveKey(state)];
  if (start.path) return pathKeys(state, start.path);
  const rows = startRows(state);
  const row = rows[start.index];
  const bindings: AppBindings = [
    ...choiceBindings({ index: start.index, count: rows.length, label: 'select', dropOrder: 0 }, (index) =>
      next(withStart(state, { problem: [], index })),
    ),
    ...problemKey(state, start.problem, startProblemRows(state, state.size)),
    ...(row ? [{ keys: ['enter'], label: 'start', dropOrder: 0, act: () => chosen(state, row.key) }] : []),
    { keys: ['escape', 'q'], label: 'leave', act: () => next({ ...state, overlay: { kind: 'leave' } }) },
    leaveKey(state),
  ];
  const beside = besideList(start.installed, '-').map((text) => text.trim());
  return withHelp(state, bindings, {
    title: 'Where to start',
    text: [helpText, '', ...beside].join('\n'),
    typing: rows.some(({ key }) => key === 'load'),
  });
}

const helpText =
  'Every change is saved at once as a draft. No machine is changed until you have seen everything on the review page and typed the site’s name.';

function withStart(state: AppState, change: Partial<StartState>): AppState {
  return { ...state, start: { ...state.start, ...change } };
}

function chosen(state: AppState, key: string): Transition {
  if (key === 'leave') return next(state, { do: 'exit', code: exitCode.refused });
  if (key === 'on') return enterScreen(state, 'nodes');
  if (key === 'continue') return next(withStart(state, { busy: true, problem: [] }), { do: 'continue' });
  if (key === 'load') return next(withStart(state, { path: textState(''), problem: [] }));
  if (key === 'rehearse') return next(withStart(state, { busy: true, problem: [] }), { do: 'rehearse' });
  const replaces = hasDraft(state);
  if (key === 'new') return begin(state, { do: 'new-draft', replaces });
  return begin(state, { do: 'load', path: key.slice(key.indexOf(':') + 1), replaces });
}

/** Whether there is a draft that another one would replace. */
const hasDraft = (state: AppState): boolean => state.start.draft !== undefined || Object.keys(state.draft).length > 0;

/** A draft is replaced only after a question. */
function begin(state: AppState, effect: Extract<Effect, { readonly replaces: boolean }>): Transition {
  if (effect.replaces) return next({ ...state, overlay: { kind: 'replace', effect } });
  return next(withStart(state, { busy: true, problem: [] }), effect);
}

function pathKeys(state: AppState, path: TextState): AppBindings {
  const file = path.text.trim();
  const back = (): Transition => next(withStart(state, { path: undefined, problem: [] }));
  const load = (): Transition =>
    file === '' ? back() : begin(state, { do: 'load', path: file, replaces: hasDraft(state) });
  return [
    { keys: ['enter'], label: 'load', dropOrder: 0, act: load },
    { keys: ['escape'], label: 'back', dropOrder: 0, act: back },
    ...textBindings(path, (text) => next(withStart(state, { path: text, problem: [] }))),
    leaveKey(state),
  ];
}
