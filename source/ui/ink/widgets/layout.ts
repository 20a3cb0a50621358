/** From this width on the progress line is a rail at the left. */
const railFrom = 100;
export const railWidth = 15;

/** Under this nothing useful can be drawn. */
export const least = { columns: 40, rows: 12 };

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const isTooSmall = (size: Size): boolean => size.columns < least.columns || size.rows < least.rows;
export const hasRail = (size: Size): boolean => size.columns >= railFrom;

/** Lines of a page: between the head (with the progress line, unless that is a rail) and the last two, the message and the keys. */
export function bodyRows(size: Size): number {
  return Math.max(1, size.rows - (hasRail(size) ? 3 : 4));
}

/** Cells that a page may fill beside the rail. */
export function bodyColumns(size: Size): number {
  return hasRail(size) ? size.columns - railWidth : size.columns;
}
