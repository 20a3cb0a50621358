import type { WizardView } from '../../../../wizard/page.ts';
import type { FormPlace } from '../../store/edit.ts';
import type { FormLine } from '../../store/focus.ts';
import type { AppState } from '../../store/state.ts';
import { isConnecting } from '../../store/transitions.ts';
import type { ColumnWish } from '../../widgets/table/columns.ts';
import type { Cell } from './cell.ts';
import { columnWishes, rowCells } from './cells.ts';

/** The rows of a page: the cells of each, and the columns that all of them need. */
export interface PageTable {
  readonly cells: ReadonlyMap<FormLine, readonly Cell[]>;
  readonly wishes: readonly ColumnWish[];
}

const known = new WeakMap<
  FormPlace['lines'],
  { readonly view: WizardView; readonly now: number | undefined; readonly table: PageTable }
>();

/**
 * The table of a page, with rows that are out of sight too, since a column is as wide as its widest cell. Kept until an answer or a
 * node's access changes: moving the pointer changes neither.
 */
export function pageTable({ page, lines }: FormPlace, state: AppState, view: WizardView): PageTable {
  // The seconds of a node that is connecting are shown.
  const now = isConnecting(state) ? state.now : undefined;
  const kept = known.get(lines);
  if (kept?.view === view && kept.now === now) return kept.table;
  const cells = new Map<FormLine, readonly Cell[]>();
  for (const line of lines) if (line.kind === 'row') cells.set(line, rowCells(page.id, line, state, view));
  const table = { cells, wishes: columnWishes([...cells.values()]) };
  known.set(lines, { view, now, table });
  return table;
}
