/** A column as it asks for room. */
export interface ColumnWish {
  readonly id: string;
  readonly width: number;
  /** May be cut down to this. */
  readonly least?: number;
  /** Columns with the highest number are left out first; 0 never does. */
  readonly dropOrder: number;
}

const gap = 2;

/**
 * Which columns stand in `room` cells, and how wide. Columns are left out in their order until the rest fits, but never the one in `focus`;
 * then what may be cut is cut.
 */
export function fitColumns(
  wishes: readonly ColumnWish[],
  room: number,
  focus?: string,
): readonly { readonly id: string; readonly width: number }[] {
  let kept = [...wishes];
  const wide = () => kept.reduce((sum, column) => sum + (column.least ?? column.width) + gap, -gap);
  while (wide() > room) {
    const next = kept
      .filter((column) => column.dropOrder > 0 && column.id !== focus)
      .toSorted((one, other) => other.dropOrder - one.dropOrder)[0];
    if (!next) break;
    kept = kept.filter((column) => column !== next);
  }
  return narrowed(kept, room);
}

/** The heads of the columns of nodes, `@NAME`; the last one says how many of `nodes` have none for want of room: `ks-3 +2`. */
export function nodeHeads(columns: readonly { readonly id: string }[], nodes: readonly string[]): string[] {
  const shown = columns.filter(({ id }) => id.startsWith('@')).length;
  const last = columns.at(-1);
  return columns.map((column) => {
    const name = column.id.startsWith('@') ? column.id.slice(1) : '';
    return column === last && shown < nodes.length ? `${name} +${nodes.length - shown}` : name;
  });
}

/** Takes from the widest that may be cut, cell by cell, until all fit. */
function narrowed(
  kept: readonly ColumnWish[],
  room: number,
): readonly { readonly id: string; readonly width: number }[] {
  const columns = kept.map((column) => ({ id: column.id, width: column.width, least: column.least ?? column.width }));
  let over = columns.reduce((sum, column) => sum + column.width + gap, -gap) - room;
  for (; over > 0; over -= 1) {
    const widest = columns
      .filter((column) => column.width > column.least)
      .toSorted((one, other) => other.width - one.width)[0];
    if (!widest) break;
    widest.width -= 1;
  }
  return columns.map(({ id, width }) => ({ id, width }));
}
