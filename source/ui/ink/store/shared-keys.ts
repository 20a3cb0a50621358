import { bodyColumns } from '../widgets/layout.ts';
import { type AppBindings, next, type Transition } from './event.ts';
import { type Help, helpPager } from './help-pager.ts';
import { type AppState, isPage, progress, type ScreenId } from './state.ts';
import { backFrom, commitEditor, goTo, whyNotYet } from './transitions.ts';

/** What pages of `init` have in common: back, the other pages, leave. */
export function pageKeys(state: AppState): AppBindings {
  return [
    { keys: ['escape'], label: 'back', dropOrder: 2, act: () => backFrom(state) },
    ...numberKeys(state),
    ...anywhereKeys(state),
  ];
}

/** The keys that also work while something is being typed. */
export function anywhereKeys(state: AppState): AppBindings {
  const index = Math.max(
    0,
    progress.findIndex((stop) => stop.id === state.screen),
  );
  return [
    {
      keys: ['^g'],
      label: 'pages',
      dropOrder: 6,
      act: () => next({ ...commitEditor(state), overlay: { kind: 'list', of: 'pages', index } }),
    },
    leaveKey(state),
  ];
}

export function leaveKey(state: AppState): AppBindings[number] {
  return {
    keys: ['^c'],
    label: 'leave',
    dropOrder: 9,
    act: () => next({ ...commitEditor(state), overlay: { kind: 'leave' } }),
  };
}

function numberKeys(state: AppState): AppBindings {
  const open = progress.flatMap((stop, index) =>
    stop.id !== state.screen && (isPage(stop.id) || whyNotYet(state, stop.id) === undefined) ? [index + 1] : [],
  );
  return [
    {
      keys: open.map(String),
      label: 'go to the page of this number',
      act: (key): Transition => goTo(state, screenAt(Number(key.text), state.screen)),
    },
  ];
}

const screenAt = (number: number, otherwise: ScreenId): ScreenId => progress[number - 1]?.id ?? otherwise;

/** The bindings with `?`, which lists them all. */
export function withHelp(state: AppState, bindings: AppBindings, help: Help): AppBindings {
  const asks = (): Transition => {
    const pager = helpPager(help, all, bodyColumns(state.size));
    return next({ ...state, overlay: { kind: 'pager', pager } });
  };
  const all: AppBindings = [...bindings, { keys: ['?'], label: 'help', dropOrder: 1, act: asks }];
  return all;
}
