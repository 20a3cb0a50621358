import { cellsOf, filled, wrapped } from './width.ts';

const gap = '  ';

/** Cells that the last column must have to be broken into lines of its own; with fewer the row is left to the screen. */
const leastLast = 20;

/**
 * Rows as lines of plain columns, two spaces between them. Nothing is cut. On a screen of `width` cells
 * a last column that is too long goes on under its own beginning.
 */
export function columns(rows: readonly (readonly string[])[], width?: number): string[] {
  const widths = widthsOf(rows);
  const before = widths.slice(0, -1).reduce((sum, column) => sum + column + gap.length, 0);
  const room = (width ?? Number.POSITIVE_INFINITY) - before;
  return rows.flatMap((row) => {
    const head = widths.slice(0, -1).map((column, index) => filled(row[index] ?? '', column) + gap);
    const last = row[widths.length - 1] ?? '';
    const [first = '', ...more] = room < leastLast ? [last] : wrapped(last, room);
    return [head.join('') + first, ...more.map((line) => ' '.repeat(before) + line)].map((line) => line.trimEnd());
  });
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((row) => cellsOf(row[column] ?? ''))));
}
