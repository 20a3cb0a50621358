import { cellsOf, signsOf } from '../../../../text/width.ts';
/** A line of text that is being typed. Positions count characters as people see them (graphemes). */
export interface TextState {
  readonly text: string;
  readonly cursor: number;
  /** As it was when typing began. */
  readonly initial: string;
}

export type TextAction =
  | { readonly do: 'insert'; readonly text: string }
  | { readonly do: 'move'; readonly to: 'left' | 'right' | 'start' | 'end' }
  | { readonly do: 'erase'; readonly what: 'before' | 'after' | 'word' | 'toStart' | 'toEnd' }
  | { readonly do: 'restore' };

export const emptyText: TextState = { text: '', cursor: 0, initial: '' };

export function textState(text: string): TextState {
  return { text, cursor: signsOf(text).length, initial: text };
}

export function editText(state: TextState, action: TextAction): TextState {
  const characters = signsOf(state.text);
  const { cursor } = state;
  switch (action.do) {
    case 'insert': {
      const head = characters.slice(0, cursor).join('') + oneLine(action.text);
      return { ...state, text: head + characters.slice(cursor).join(''), cursor: signsOf(head).length };
    }
    case 'move':
      return { ...state, cursor: moved(action.to, cursor, characters.length) };
    case 'erase': {
      const [from, to] = span(action.what, cursor, characters);
      return put(state, characters.toSpliced(from, to - from), from);
    }
    case 'restore':
      return textState(state.initial);
  }
}

/** What is pasted over several lines becomes one; nothing that a terminal would act on goes in. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/ $/, text.length > 1 ? '' : ' ');
}

function put(state: TextState, characters: readonly string[], cursor: number): TextState {
  return { ...state, text: characters.join(''), cursor };
}

function moved(to: 'left' | 'right' | 'start' | 'end', cursor: number, length: number): number {
  if (to === 'start') return 0;
  if (to === 'end') return length;
  return Math.max(0, Math.min(length, cursor + (to === 'left' ? -1 : 1)));
}

function span(
  what: 'before' | 'after' | 'word' | 'toStart' | 'toEnd',
  cursor: number,
  characters: readonly string[],
): [number, number] {
  if (what === 'before') return [Math.max(0, cursor - 1), cursor];
  if (what === 'after') return [cursor, Math.min(characters.length, cursor + 1)];
  if (what === 'toStart') return [0, cursor];
  if (what === 'toEnd') return [cursor, characters.length];
  let from = cursor;
  while (from > 0 && characters[from - 1] === ' ') from -= 1;
  while (from > 0 && characters[from - 1] !== ' ') from -= 1;
  return [from, cursor];
}

/** The part of a longer text that is around the cursor in `width` cells: its signs, and the cursor's place among them. */
export function shownPart(signs: readonly string[], cursor: number, width: number): [readonly string[], number] {
  const cells = (from: number, to: number) => signs.slice(from, to).reduce((sum, sign) => sum + cellsOf(sign), 0);
  const under = cellsOf(signs[cursor] ?? ' ');
  let from = cursor;
  while (from > 0 && cells(from - 1, cursor) <= width - under) from -= 1;
  let to = cursor + 1;
  while (to < signs.length && cells(from, to + 1) <= width) to += 1;
  return [signs.slice(from, to), cursor - from];
}
