import type { Binding, Bindings } from './bindings.ts';
import { type ChoiceAction, choose } from './choice/state.ts';
import type { KeyPress } from './keys.ts';
import { type PagerAction, type PagerState, page, shownLines } from './pager/state.ts';
import { editText, type TextAction, type TextState } from './text/state.ts';

/** The keys of every widget. A screen says where the changed widget goes (`put`), never what a key does to it. */

const edits: readonly (readonly [keys: readonly string[], label: string, action: TextAction])[] = [
  [['left', '^b'], 'move one character back', { do: 'move', to: 'left' }],
  [['right', '^f'], 'move one character forward', { do: 'move', to: 'right' }],
  [['home', '^a'], 'move to the start', { do: 'move', to: 'start' }],
  [['end', '^e'], 'move to the end', { do: 'move', to: 'end' }],
  [['backspace', '^h'], 'delete the previous character', { do: 'erase', what: 'before' }],
  [['delete', '^d'], 'delete the character under the cursor', { do: 'erase', what: 'after' }],
  [['^w'], 'erase a word', { do: 'erase', what: 'word' }],
  [['^k'], 'delete to the end', { do: 'erase', what: 'toEnd' }],
];

/** The keys of a line of text that is being typed. */
export function textBindings<Result>(text: TextState, put: (text: TextState) => Result): Bindings<Result> {
  const edit = (action: TextAction) => () => put(editText(text, action));
  const undo: Binding<Result> = { keys: ['^z'], label: 'undo', dropOrder: 2, act: edit({ do: 'restore' }) };
  const clear: Binding<Result> = {
    keys: ['^u'],
    label: 'clear',
    dropOrder: 3,
    act: edit({ do: 'erase', what: 'toStart' }),
  };
  return [
    ...(text.text === text.initial ? [] : [undo]),
    ...(text.cursor === 0 ? [] : [clear]),
    ...edits.map(([keys, label, action]): Binding<Result> => ({ keys, label, act: edit(action) })),
    {
      keys: ['character', 'paste'],
      label: 'type',
      act: (key) => put(editText(text, { do: 'insert', text: key.text })),
    },
  ];
}

const steps: Readonly<Partial<Record<KeyPress['name'], ChoiceAction>>> = {
  up: { do: 'move', by: -1 },
  down: { do: 'move', by: 1 },
  backTab: { do: 'move', by: -1 },
  tab: { do: 'move', by: 1 },
  pageUp: { do: 'move', by: -8 },
  pageDown: { do: 'move', by: 8 },
  home: { do: 'first' },
  end: { do: 'last' },
};

/** The keys of a list with one row under the pointer. A list of one row has none. */
export function choiceBindings<Result>(
  list: { readonly index: number; readonly count: number; readonly label?: string; readonly dropOrder?: number },
  put: (index: number) => Result,
): Bindings<Result> {
  if (list.count < 2) return [];
  return [
    {
      keys: Object.keys(steps),
      label: list.label ?? 'move',
      dropOrder: list.dropOrder ?? 5,
      act: (key) => put(choose(list, steps[key.name] ?? { do: 'move', by: 0 }).index),
    },
  ];
}

/** The keys of a long text: `height` lines of it are shown. */
export function pagerBindings<Result>(
  pager: PagerState,
  height: number,
  put: (pager: PagerState) => Result,
): Bindings<Result> {
  const to = (action: PagerAction) => () => put(page(pager, action, height));
  const filter = (text: string | undefined, typing: boolean) => to({ do: 'filter', text, typing });
  const typed = pager.filter ?? '';
  if (pager.typing)
    return [
      { keys: ['enter'], label: 'keep the filter', dropOrder: 0, act: filter(typed === '' ? undefined : typed, false) },
      { keys: ['escape'], label: 'drop it', dropOrder: 0, act: filter(undefined, false) },
      {
        keys: ['backspace'],
        label: 'delete the previous character',
        act: filter([...typed].slice(0, -1).join(''), true),
      },
      { keys: ['character', 'paste'], label: 'type', act: (key) => filter(typed + key.text, true)() },
    ];
  const most = Math.max(0, shownLines(pager).length - height);
  const [above, below] = [pager.top > 0, pager.top < most];
  const scroll = (key: KeyPress) => to({ do: 'move', by: key.name === 'up' || key.text === 'k' ? -1 : 1 })();
  const up: Bindings<Result> = [
    { keys: ['pageUp'], label: 'page up', dropOrder: 3, act: to({ do: 'move', by: -height }) },
    { keys: ['home', 'g'], label: 'beginning', dropOrder: 4, act: to({ do: 'first' }) },
  ];
  const down: Bindings<Result> = [
    { keys: ['pageDown', ' '], label: 'page down', dropOrder: 2, act: to({ do: 'move', by: height }) },
    { keys: ['end', 'G'], label: 'end', dropOrder: 4, act: to({ do: 'last' }) },
  ];
  return [
    ...(above || below
      ? [{ keys: ['up', 'down', 'k', 'j', 'enter'], label: 'scroll', dropOrder: 1, act: scroll }]
      : []),
    ...(above ? up : []),
    ...(below ? down : []),
    { keys: ['/'], label: 'filter', dropOrder: 1, act: filter(typed, true) },
  ];
}
