import { cellsOf, clipped, filled } from '../../../text/width.ts';
import { bodyRows, hasRail, railWidth, type Size } from './layout.ts';
import { cellsOfSpans, clippedSpans, type Span, type Spans } from './spans.ts';
import { fitColumns } from './table/columns.ts';
import { asciiText, type Theme, type Tone } from './theme.ts';

/** A key that works now. Those with the highest `dropOrder` are left out first where the line is too short. */
export interface KeyHint {
  readonly key: string;
  readonly label: string;
  readonly dropOrder: number;
}

/** A page in the line of progress. */
export interface ProgressMark {
  readonly title: string;
  readonly mark: 'done' | 'here' | 'todo' | 'warn';
}

/** What is around the body of every page. */
export interface FrameParts {
  readonly size: Size;
  readonly head: string;
  readonly rehearsal: string | undefined;
  /** At the right of line 1: `1/8 Nodes`. */
  readonly where: string;
  readonly progress: readonly ProgressMark[];
  readonly message: { readonly grade: Tone; readonly text: string } | undefined;
  readonly keys: readonly KeyHint[];
}

/** Whether the progress is at the left of the body. */
export const progressAtLeft = ({ size, progress }: Pick<FrameParts, 'size' | 'progress'>): boolean =>
  hasRail(size) && progress.length > 0;

/** Line 1: the title, the mark of a rehearsal, and at the right where one is. */
export function headLine(theme: Theme, parts: Pick<FrameParts, 'size' | 'head' | 'rehearsal' | 'where'>): Spans {
  const { columns } = parts.size;
  const where = clipped(asciiText(theme, parts.where), columns - 2);
  // The mark of a rehearsal comes before its name, and that before the title.
  const named = parts.rehearsal === undefined ? '' : ` REHEARSAL ${parts.rehearsal} `;
  const besides = columns - cellsOf(where) - 4;
  const rehearsal = cellsOf(named) <= besides ? named : named === '' || besides < 11 ? '' : ' REHEARSAL ';
  const room = besides - cellsOf(rehearsal);
  const head = room < 4 ? '' : clipped(asciiText(theme, parts.head), room);
  const left: Spans = [
    ...(head === '' ? [] : [{ text: ` ${head} `, as: 'plain' as const }]),
    ...(rehearsal === '' ? [] : [{ text: rehearsal, as: 'badge' as const }]),
  ];
  const gap = columns - cellsOfSpans(left) - cellsOf(where) - 1;
  return [...left, { text: ' '.repeat(Math.max(0, gap)), as: 'plain' }, { text: `${where} `, as: 'quiet' }];
}

function progressGlyph(theme: Theme, mark: ProgressMark['mark']): { glyph: string; as: Tone } {
  if (mark === 'done') return { glyph: theme.glyphs.pass, as: 'pass' };
  if (mark === 'warn') return { glyph: theme.glyphs.warn, as: 'warn' };
  return mark === 'here' ? { glyph: theme.glyphs.here, as: 'accent' } : { glyph: theme.glyphs.todo, as: 'quiet' };
}

/** The pages in one line; titles only where all fit. */
export function progressLine(theme: Theme, marks: readonly ProgressMark[], columns: number): Spans {
  const long = marks.reduce((sum, mark) => sum + cellsOf(mark.title) + 2, 1) <= columns;
  const spans = marks.map(({ title, mark }): Span => {
    const { glyph, as } = progressGlyph(theme, mark);
    return { text: `${glyph}${long || mark === 'here' ? `${title} ` : ' '}`, as, bold: mark === 'here' };
  });
  return [{ text: ' ', as: 'plain' }, ...spans];
}

/** The pages as lines at the left of the body. */
export const railLines = (theme: Theme, marks: readonly ProgressMark[]): readonly Span[] =>
  marks.map(({ title, mark }) => {
    const { glyph, as } = progressGlyph(theme, mark);
    return { text: ` ${glyph} ${title}`, as, bold: mark === 'here' };
  });

/** The line over the keys. */
export function messageLine(theme: Theme, message: FrameParts['message'], columns: number): Spans {
  if (!message) return [];
  const { grade, text } = message;
  const mark = grade === 'pass' || grade === 'warn' || grade === 'fail' ? `${theme.glyphs[grade]} ` : '';
  return [{ text: clipped(` ${mark}${asciiText(theme, text)}`, columns), as: grade }];
}

/** The last line: keys that work now, as many as fit. */
export function keysLine(keys: readonly KeyHint[], columns: number): Spans {
  const wishes = keys.map((hint, index) => ({
    id: String(index),
    width: cellsOf(hint.key) + 1 + cellsOf(hint.label),
    // Where even those that stay do not fit, the last one goes: half a hint says nothing.
    dropOrder: hint.dropOrder || index / 1000,
  }));
  const kept = new Set(fitColumns(wishes, columns - 2).map((column) => column.id));
  const shown = keys.filter((_, index) => kept.has(String(index)));
  return shown.flatMap((hint, index): Span[] => [
    { text: index === 0 ? ' ' : '  ', as: 'plain' },
    { text: hint.key, as: 'plain', bold: true },
    { text: ` ${hint.label}`, as: 'quiet' },
  ]);
}

/** A whole page as lines, as many as the screen has. */
export function pageLines(theme: Theme, parts: FrameParts, body: readonly Spans[]): readonly Spans[] {
  const { size, progress, message, keys } = parts;
  const { columns } = size;
  const atLeft = progressAtLeft(parts);
  const rail = atLeft ? [undefined, ...railLines(theme, progress)] : [];
  const rows = Array.from({ length: bodyRows(size) }, (_, row): Spans => {
    const beside = atLeft ? railCell(rail[row]) : [];
    return [...beside, ...clippedSpans(body[row] ?? [], columns - cellsOfSpans(beside))];
  });
  return [
    headLine(theme, parts),
    ...(hasRail(size) ? [] : [clippedSpans(progressLine(theme, progress, columns), columns)]),
    ...rows,
    messageLine(theme, message, columns),
    clippedSpans(keysLine(keys, columns), columns),
  ];
}

function railCell(mark: Span | undefined): Spans {
  if (mark === undefined) return [blanks(railWidth)];
  return [mark, blanks(railWidth - cellsOf(mark.text))];
}

const blanks = (cells: number): Span => ({ text: filled('', cells), as: 'plain' });
