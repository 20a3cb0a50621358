import { cellsOf } from '../../../../text/width.ts';
import { answerOf, problemOf, shownText, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, factsOf } from '../../../../wizard/draft/draft-nodes.ts';
import type { Field, WizardView } from '../../../../wizard/page.ts';
import { addressNow } from '../../../../wizard/pages/network.ts';
import { seenAddress } from '../../../../wizard/pages/seen-address.ts';
import type { PageId } from '../../../../wizard/pages.ts';
import { accessWords } from '../../store/access.ts';
import type { FormLine } from '../../store/focus.ts';
import type { AppState } from '../../store/state.ts';
import type { ColumnWish } from '../../widgets/table/columns.ts';
import type { Cell } from './cell.ts';
import { heardCell } from './heard.ts';

type RowLine = Extract<FormLine, { kind: 'row' }>;

/** What is left out first when the screen is narrow. 0 stays. */
const dropOrder: Readonly<Record<string, number>> = {
  'Jump host': 9,
  Port: 8,
  'Key file': 7,
  User: 6,
  Zone: 5,
  MTU: 7,
  Gateway: 6,
  'In use': 1,
  NIC: 4,
  Now: 3,
  Mode: 2,
  Role: 1,
};

/** The cells of one row, in the order of the columns. */
export function rowCells(page: PageId, line: RowLine, state: AppState, view: WizardView): readonly Cell[] {
  const cells = line.fields.map((field) => fieldCell(field, view));
  const index = Number(line.row);
  if (page === 'nodes') return cells.toSpliced(4, 0, accessCell(index, state));
  if (page === 'network') return networkCells(index, cells, state, view);
  return page === 'storage' ? [nameCell(index, view), ...cells] : cells;
}

function networkCells(index: number, fields: readonly Cell[], state: AppState, view: WizardView): readonly Cell[] {
  const node = draftNodes(view.draft)[index];
  const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
  const gateway =
    textAt(node, ['network', 'gateway']) || textAt(view.draft, ['network', 'gateway']) || seen?.gateway || '';
  const name = nameCell(index, view);
  return [
    name,
    nowCell(index, view),
    ...fields,
    heardCell(index, name.text, state, view),
    { id: 'Gateway', text: gateway, as: 'quiet' },
    { id: 'MTU', text: seen ? String(seen.interface.mtu) : '', as: 'quiet' },
  ];
}

const known = new WeakMap<Field, Cell>();

/** A field belongs to one view, so its cell is worked out once. */
function fieldCell(field: Field, view: WizardView): Cell {
  const kept = known.get(field) ?? cellOf(field, view);
  known.set(field, kept);
  return kept;
}

function cellOf(field: Field, view: WizardView): Cell {
  const answer = answerOf(field, view);
  const problem = problemOf(field, view) !== undefined;
  const text = answer === undefined ? (field.required ? '?' : '') : shownText(field, answer.value);
  const as = problem ? 'fail' : answer?.from === 'typed' ? 'plain' : 'quiet';
  return { id: field.label, text, as, field, ...(problem ? { mark: 'fail' as const } : {}) };
}

function accessCell(index: number, state: AppState): Cell {
  const node = draftNodes(state.draft)[index];
  const words = accessWords(state.access.get(textAt(node, ['reach'])), state.now);
  const local = node?.local === true ? ' (this machine)' : '';
  return {
    id: 'Access',
    text: words.text + local,
    mark: words.grade,
    as: words.grade === 'plain' ? 'quiet' : words.grade,
  };
}

function nameCell(index: number, view: WizardView): Cell {
  return { id: 'Node', text: textAt(draftNodes(view.draft)[index], ['name']), as: 'plain' };
}

function nowCell(index: number, view: WizardView): Cell {
  const seen = seenAddress(factsOf(view, index), textAt(draftNodes(view.draft)[index], ['reach']));
  return { id: 'Now', text: seen ? addressNow(view, index) : 'not seen yet', as: 'quiet' };
}

/** Cells that a column keeps at most, where it is not nine: an address is whole, the word behind the one of now may be cut. */
const kept: Readonly<Record<string, number>> = { Access: 22, Now: 18, Wanted: 18 };

/** The columns that these rows need, each as wide as its widest cell. */
export function columnWishes(rows: readonly (readonly Cell[])[]): readonly ColumnWish[] {
  const wishes = new Map<string, ColumnWish>();
  for (const cell of rows.flat()) {
    const before = wishes.get(cell.id);
    const width = Math.max(before?.width ?? 0, cell.id.length, cellsOf(cell.text) + (cell.mark ? 2 : 0));
    const least = Math.min(width, kept[cell.id] ?? Math.max(cell.id.length, 9));
    wishes.set(cell.id, { id: cell.id, width: Math.min(width, 34), least, dropOrder: dropOrder[cell.id] ?? 0 });
  }
  return inOrder([...wishes.values()], rows);
}

/** A row that lacks columns (the workstation has no login) must not put the others out of order; one that only it has is put where it has it. */
function inOrder(wishes: readonly ColumnWish[], rows: readonly (readonly Cell[])[]): readonly ColumnWish[] {
  const order: string[] = [];
  for (const row of rows.toSorted((one, other) => other.length - one.length))
    for (const [at, { id }] of row.entries()) {
      if (order.includes(id)) continue;
      const next = row.slice(at).find((cell) => order.includes(cell.id));
      order.splice(next ? order.indexOf(next.id) : order.length, 0, id);
    }
  return wishes.toSorted((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
}
