import { exitCode } from '../../../../errors/fault.ts';
import { offersOf } from '../../store/access.ts';
import { type AppBindings, next } from '../../store/event.ts';
import { leaveKey } from '../../store/shared-keys.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import { choiceBindings, pagerBindings, textBindings } from '../../widgets/field.ts';
import { bodyRows } from '../../widgets/layout.ts';
import { pagerHeight } from '../../widgets/pager/state.ts';
import { listOf } from './list.ts';
import { pairsKeys } from './pairs.tsx';

type Of<Kind extends Overlay['kind']> = Extract<Overlay, { readonly kind: Kind }>;

/** Keys while something lies over the page. */
export function overlayKeys(state: AppState, overlay: Overlay): AppBindings {
  switch (overlay.kind) {
    case 'leave':
      return leaveKeys(state);
    case 'replace':
      return replaceKeys(state, overlay);
    case 'pager':
      return [...pagerKeys(state, overlay), leaveKey(state)];
    case 'list':
      return [...listKeys(state, overlay), leaveKey(state)];
    case 'keys':
      return [...hostKeysKeys(state, overlay), leaveKey(state)];
    case 'pairs':
      return [...pairsKeys(state, overlay), leaveKey(state)];
    case 'password':
      return [...passwordKeys(state, overlay), leaveKey(state)];
  }
}

const closed = (state: AppState): AppState => ({ ...state, overlay: undefined });

/** Ctrl-C asks once: y or a second Ctrl-C leaves, everything else stays. */
function leaveKeys(state: AppState): AppBindings {
  return [
    {
      keys: ['y', 'Y', '^c'],
      label: 'leave',
      dropOrder: 0,
      act: () => next(state, { do: 'exit', code: exitCode.interrupted }),
    },
    { keys: ['any'], label: 'stay', dropOrder: 0, act: () => next(closed(state)) },
  ];
}

function replaceKeys(state: AppState, overlay: Of<'replace'>): AppBindings {
  const busy: AppState = { ...closed(state), start: { ...state.start, busy: true, problem: [] } };
  return [
    {
      keys: ['y', 'Y'],
      label: 'keep a copy and replace it',
      dropOrder: 0,
      act: () => next(busy, overlay.effect),
    },
    leaveKey(state),
    { keys: ['any'], label: 'stay', dropOrder: 0, act: () => next(closed(state)) },
  ];
}

function pagerKeys(state: AppState, overlay: Of<'pager'>): AppBindings {
  const back = { ...state, overlay: overlay.from };
  const scroll = pagerBindings(overlay.pager, pagerHeight(bodyRows(state.size)), (pager) =>
    next({ ...state, overlay: { ...overlay, pager } }),
  );
  if (overlay.pager.typing) return scroll;
  return [...scroll, { keys: ['escape', 'q'], label: 'close', dropOrder: 0, act: () => next(back) }];
}

function listKeys(state: AppState, overlay: Of<'list'>): AppBindings {
  const { rows, open } = listOf(state, overlay.of);
  const chosen = rows[overlay.index];
  return [
    ...choiceBindings({ index: overlay.index, count: rows.length, label: 'select', dropOrder: 0 }, (index) =>
      next({ ...state, overlay: { ...overlay, index } }),
    ),
    ...(chosen ? [{ keys: ['enter'], label: 'open', dropOrder: 0, act: () => open(overlay, chosen.key) }] : []),
    { keys: ['escape', 'q'], label: 'close', dropOrder: 0, act: () => next(closed(state)) },
  ];
}

function hostKeysKeys(state: AppState, overlay: Of<'keys'>): AppBindings {
  const { offers, reaches } = offersOf(state);
  return [
    {
      keys: ['t'],
      label: offers.length === 1 ? 'trust it' : `trust all ${offers.length}`,
      dropOrder: 0,
      act: () => next(closed(state), { do: 'trust', offers, reaches }),
    },
    { keys: ['escape', 'f', 'q'], label: 'back', dropOrder: 0, act: () => next(closed(state)) },
    ...pagerBindings(overlay.pager, pagerHeight(bodyRows(state.size)), (pager) =>
      next({ ...state, overlay: { ...overlay, pager } }),
    ),
  ];
}

function passwordKeys(state: AppState, overlay: Of<'password'>): AppBindings {
  const { node, text } = overlay;
  const other = overlay.for === 'login' ? 'sudo' : 'login';
  return [
    {
      keys: ['enter'],
      label: 'submit',
      dropOrder: 0,
      act: () =>
        text.text === ''
          ? next(closed(state))
          : next(closed(state), { do: 'password', node, for: overlay.for, password: text.text }),
    },
    {
      keys: ['tab'],
      label: `${other} password`,
      dropOrder: 0,
      act: () => next({ ...state, overlay: { ...overlay, for: other } }),
    },
    { keys: ['escape'], label: 'back', dropOrder: 0, act: () => next(closed(state)) },
    ...textBindings(text, (typed) => next({ ...state, overlay: { ...overlay, text: typed } })),
  ];
}
