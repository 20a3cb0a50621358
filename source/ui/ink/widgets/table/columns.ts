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
 * then what may be cut is cut, and where that is not enough, all of them.
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

/** The columns of `nodes`, `@NAME`. Those that are farthest from the one in `focus`, else from the first, are left out first. */
export function nodeColumns(
  nodes: readonly string[],
  focus: string | undefined,
  wish: (node: string) => { readonly width: number; readonly least?: number },
): ColumnWish[] {
  const at = Math.max(0, nodes.indexOf(focus ?? ''));
  return nodes.map((node, index) => ({
    id: `@${node}`,
    ...wish(node),
    dropOrder: 1 + Math.abs(index - at) / (nodes.length + 1),
  }));
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

interface Column {
  readonly id: string;
  width: number;
  readonly least: number;
}

/** Cells of a column that is cut although it asked not to be. */
const fewest = 4;

function narrowed(kept: readonly ColumnWish[], room: number): readonly Pick<Column, 'id' | 'width'>[] {
  const columns = kept.map(({ id, width, least = width }): Column => ({ id, width, least }));
  cut(columns, room, ({ least }) => least);
  cut(columns, room, () => fewest);
  return columns.map(({ id, width }) => ({ id, width }));
}

/** Takes from the widest, cell by cell, until all fit or none may be cut further. */
function cut(columns: readonly Column[], room: number, least: (column: Column) => number): void {
  let over = columns.reduce((sum, column) => sum + column.width + gap, -gap) - room;
  for (; over > 0; over -= 1) {
    const widest = columns
      .filter((column) => column.width > least(column))
      .toSorted((one, other) => other.width - one.width)[0];
    if (!widest) break;
    widest.width -= 1;
  }
}
