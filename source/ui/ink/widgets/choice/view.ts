import { cellsOf, clipped, filled } from '../../../../text/width.ts';
import type { Span, Spans } from '../spans.ts';
import { leftOut, windowOf } from '../table/window.ts';
import type { Theme } from '../theme.ts';
import type { ChoiceRow } from './row.ts';

/** A list to choose from, with the room it has. */
export interface ChoiceProps {
  readonly rows: readonly ChoiceRow[];
  readonly index: number;
  readonly height: number;
  readonly width: number;
}

/** One row as it is shown: texts that fit. */
export interface ShownRow {
  readonly key: string;
  readonly here: boolean;
  /** Under the pointer, and can be taken. */
  readonly lit: boolean;
  readonly label: string;
  readonly hint: string;
}

/** The rows around the pointer, as many as there is height for, and the line under them where some are left out. */
export function choiceView(props: ChoiceProps): {
  readonly rows: readonly ShownRow[];
  readonly more: string | undefined;
} {
  const { rows, index, height, width } = props;
  const shown = windowOf(rows.length, index, height);
  // A long label gives way to the hint beside it.
  const hints = Math.min(12, Math.max(0, ...rows.map((row) => cellsOf(row.hint ?? ''))));
  const longest = Math.max(...rows.map((row) => cellsOf(row.label)));
  const labels = Math.max(8, Math.min(longest, width - hints - 5)) + 2;
  const fitting = rows.slice(shown.from, shown.to).map((row, at): ShownRow => {
    const hint = clipped(row.hint ?? '', Math.max(0, width - labels - 3));
    const label = hint === '' ? clipped(row.label, width - 3) : filled(clipped(row.label, labels - 2), labels);
    const here = shown.from + at === index;
    return { key: row.key, here, lit: here && !row.unusable, label, hint };
  });
  const words = leftOut(shown);
  return { rows: fitting, more: words && `   ${words}` };
}

/** The same list as lines. */
export function choiceLines(theme: Theme, props: ChoiceProps): readonly Spans[] {
  const { rows, more } = choiceView(props);
  const lines = rows.map(({ here, lit, label, hint }): Spans => {
    const as = lit ? 'accent' : 'plain';
    const pointer: Spans = here
      ? [
          { text: theme.glyphs.pointer, as: theme.ascii ? 'plain' : 'accent' },
          { text: ' ', as: 'plain' },
        ]
      : [{ text: '  ', as: 'plain' }];
    const beside: readonly Span[] = hint === '' ? [] : [{ text: hint, as: 'quiet' }];
    return [...pointer, { text: label, as }, ...beside];
  });
  return more === undefined ? lines : [...lines, [{ text: more, as: 'quiet' }]];
}
