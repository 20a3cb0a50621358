import { cellsOf, clipped } from '../../../text/width.ts';
import { asciiText, type Theme, type Tone } from './theme.ts';

/** A part of a line that looks the same all along. */
export interface Span {
  readonly text: string;
  readonly as: Tone;
  readonly bold?: boolean;
  readonly underline?: boolean;
}

/** One line of the screen as data, for Ink and for the first page, which is written before Ink is there. */
export type Spans = readonly Span[];

/** Text of one look, in ASCII where the theme wants it. */
export const span = (theme: Theme, text: string, as: Tone = 'plain', bold = false): Span => ({
  text: asciiText(theme, text),
  as,
  bold,
});

/** One line of one look. */
export const line = (theme: Theme, text: string, as: Tone = 'plain', bold = false): Spans => [
  span(theme, text, as, bold),
];

/** Whether two lines look the same. */
export const sameSpans = (one: Spans, other: Spans): boolean =>
  one.length === other.length && one.every((span, at) => isSameSpan(span, other[at]));

const isSameSpan = (one: Span, other: Span | undefined): boolean =>
  one.text === other?.text &&
  one.as === other.as &&
  (one.bold ?? false) === (other.bold ?? false) &&
  (one.underline ?? false) === (other.underline ?? false);

/** Cells that a line takes. */
export const cellsOfSpans = (spans: Spans): number => spans.reduce((sum, { text }) => sum + cellsOf(text), 0);

/** A line in at most `width` cells, cut as Ink cuts it. */
export function clippedSpans(spans: Spans, width: number): Spans {
  if (cellsOfSpans(spans) <= width) return spans;
  const kept: Span[] = [];
  let left = width - 1;
  for (const one of spans) {
    const cells = cellsOf(one.text);
    if (cells > left) return [...kept, { ...one, text: `${clipped(one.text, left, '')}…` }];
    kept.push(one);
    left -= cells;
  }
  return kept;
}
