import { wrapped } from '../../../text/width.ts';
import { type Bindings, helpOfKeys } from '../widgets/bindings.ts';
import { pagerBindings, textBindings } from '../widgets/field.ts';
import { bodyColumns } from '../widgets/layout.ts';
import { type PagerLine, type PagerState, pagerOf, pagerWidth } from '../widgets/pager/state.ts';
import { type AppBindings, next, type Transition } from './event.ts';
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
export function withHelp(state: AppState, bindings: AppBindings, title: string, text: string): AppBindings {
  const asks = (): Transition => {
    const pager = helpPager(title, text, all, bodyColumns(state.size));
    return next({ ...state, overlay: { kind: 'pager', pager } });
  };
  const all: AppBindings = [...bindings, { keys: ['?'], label: 'help', dropOrder: 1, act: asks }];
  return all;
}

/** A help: what is focused, the keys of the screen, the keys of a line of text and of a long text. */
export function helpPager<Result>(
  title: string,
  text: string,
  bindings: Bindings<Result>,
  columns: number,
): PagerState {
  const section = (head: string, lines: readonly string[]): readonly PagerLine[] => [
    { text: '' },
    { text: head, tone: 'accent', head: true },
    ...lines.map((line) => ({ text: `  ${line}` })),
  ];
  const typed = textBindings({ text: 'x', cursor: 1, initial: '' }, () => undefined);
  const lines = ['', '', ''].map((line) => ({ text: line }));
  const long = pagerBindings({ ...pagerOf('', lines, columns), top: 1 }, 1, () => undefined);
  return pagerOf(
    title,
    [
      ...wrapped(text, pagerWidth(columns)).map((line) => ({ text: line })),
      ...section('Keys here', helpOfKeys(bindings)),
      ...section('While typing', helpOfKeys(typed)),
      ...section('In a long text', helpOfKeys(long)),
    ],
    columns,
  );
}
