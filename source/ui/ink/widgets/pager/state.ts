import { counted } from '../../../../text/plural.ts';
import { folded } from '../../../../text/width.ts';

/** A long text that is read by scrolling. */
export interface PagerState {
  readonly title: string;
  readonly lines: readonly PagerLine[];
  readonly top: number;
  /** Longer lines are folded to this many cells, so that a whole command can be read. */
  readonly width: number;
  /** Typed after `/`; lines without it are hidden, but not the head of their section. Undefined: no filter. */
  readonly filter?: string;
  readonly typing: boolean;
}

export interface PagerLine {
  readonly text: string;
  readonly tone?: 'pass' | 'fail' | 'warn' | 'accent' | 'quiet';
  /** Before its first part, where it is folded. */
  readonly mark?: 'pass' | 'fail' | 'warn';
  /** The lines after it belong to it. */
  readonly head?: true;
  /** It stands in for a text that is empty, and is not counted. */
  readonly note?: true;
}

export type PagerAction =
  | { readonly do: 'move'; readonly by: number }
  | { readonly do: 'first' }
  | { readonly do: 'last' }
  | { readonly do: 'filter'; readonly text: string | undefined; readonly typing: boolean };

export function pagerOf(title: string, lines: readonly PagerLine[], columns: number): PagerState {
  return { title, lines, top: 0, width: pagerWidth(columns), typing: false };
}

/** The cells of its lines on a screen of so many columns. */
export const pagerWidth = (columns: number): number => Math.max(20, columns - 3);

/** `height`: how many lines are shown, so that the end cannot be passed. */
export function page(state: PagerState, action: PagerAction, height: number): PagerState {
  switch (action.do) {
    case 'move':
      return at(state, state.top + action.by, height);
    case 'first':
      return at(state, 0, height);
    case 'last':
      return at(state, Number.POSITIVE_INFINITY, height);
    case 'filter': {
      const { filter: _old, ...rest } = state;
      const next = action.text === undefined ? rest : { ...rest, filter: action.text };
      return { ...next, top: 0, typing: action.typing };
    }
  }
}

export function shownLines(state: PagerState): readonly PagerLine[] {
  return filteredLines(state).flatMap(({ mark, ...line }) =>
    folded(line.text, state.width - (mark ? 2 : 0), '    ').map((text, part) =>
      mark && part === 0 ? { ...line, text, mark } : { ...line, text },
    ),
  );
}

/** With a filter the lines that hold it, each under the head of its section. */
function filteredLines({ lines, filter }: PagerState): readonly PagerLine[] {
  const wanted = filter?.toLowerCase();
  if (!wanted) return lines;
  const kept: PagerLine[] = [];
  let head: PagerLine | undefined;
  for (const line of lines) {
    if (line.head) head = line;
    if (!line.text.toLowerCase().includes(wanted)) continue;
    if (head && head !== line) kept.push(head);
    head = undefined;
    kept.push(line);
  }
  return kept;
}

function at(state: PagerState, top: number, height: number): PagerState {
  const most = Math.max(0, shownLines(state).length - height);
  return { ...state, top: Math.max(0, Math.min(most, top)) };
}

/** Lines of the body that its text can be on. */
export const pagerHeight = (rows: number): number => Math.max(1, rows - 2);

/** Which of its lines are shown, for its heading: `1-18 of 33`, `5 lines`; nothing of a text that is empty. */
export function placeOf(state: PagerState, rows: number): string {
  const lines = shownLines(state);
  if (lines.some(({ note }) => note)) return '';
  const height = pagerHeight(rows);
  if (lines.length <= height) return counted(lines.length, 'line');
  const top = topOf(state, rows);
  return `${top + 1}-${Math.min(lines.length, top + height)} of ${lines.length}`;
}

/** The first line that is shown: never so far down that lines stay empty. */
export const topOf = (state: PagerState, rows: number): number =>
  Math.min(state.top, Math.max(0, shownLines(state).length - pagerHeight(rows)));
