import type { Field, Page, WizardView } from '../../../wizard/page.ts';
import { onceForView, pageFields } from '../../../wizard/pages.ts';

/** One line of a form that the pointer can be on. */
export type FormLine =
  | { readonly kind: 'row'; readonly row: string; readonly fields: readonly Field[] }
  | { readonly kind: 'add' }
  | { readonly kind: 'field'; readonly field: Field };

/** Which line and, in a row of a table, which of its columns. */
export interface FormFocus {
  readonly line: number;
  readonly column: number;
}

export const firstFocus: FormFocus = { line: 0, column: 0 };

/** The fields of a page as lines: those of one row side by side, the line for adding after the last row. */
export const formLines = onceForView(linesOf);

function linesOf(page: Page, view: WizardView): readonly FormLine[] {
  const lines: FormLine[] = [];
  let rowsEnd = 0;
  for (const field of pageFields(page, view)) {
    const last = lines.at(-1);
    if (field.row === undefined) lines.push({ kind: 'field', field });
    else if (last?.kind === 'row' && last.row === field.row)
      lines[lines.length - 1] = { ...last, fields: [...last.fields, field] };
    else lines.push({ kind: 'row', row: field.row, fields: [field] });
    if (field.row !== undefined) rowsEnd = lines.length;
  }
  return page.rows ? lines.toSpliced(rowsEnd || lines.length, 0, { kind: 'add' }) : lines;
}

export function clampFocus(lines: readonly FormLine[], focus: FormFocus): FormFocus {
  const line = Math.max(0, Math.min(lines.length - 1, focus.line));
  const here = lines[line];
  const columns = here?.kind === 'row' ? here.fields.length : 1;
  return { line, column: Math.max(0, Math.min(columns - 1, focus.column)) };
}

export function fieldIn(lines: readonly FormLine[], focus: FormFocus): Field | undefined {
  const line = lines[focus.line];
  if (line?.kind === 'field') return line.field;
  return line?.kind === 'row' ? line.fields[focus.column] : undefined;
}

/** Up and down keep the column, so that a table can be walked down. */
export function moveLine(lines: readonly FormLine[], focus: FormFocus, by: number): FormFocus {
  const line = Math.max(0, Math.min(lines.length - 1, focus.line + by));
  return { line, column: focus.column };
}

export function moveColumn(lines: readonly FormLine[], focus: FormFocus, by: number): FormFocus {
  return clampFocus(lines, { ...clampFocus(lines, focus), column: clampFocus(lines, focus).column + by });
}

/** Tab: cell after cell, then the next line. */
export function moveNext(lines: readonly FormLine[], focus: FormFocus, by: 1 | -1): FormFocus {
  const here = clampFocus(lines, focus);
  const line = lines[here.line];
  const columns = line?.kind === 'row' ? line.fields.length : 1;
  const column = here.column + by;
  if (column >= 0 && column < columns) return { ...here, column };
  const next = here.line + by;
  if (next < 0 || next >= lines.length) return here;
  return clampFocus(lines, { line: next, column: by > 0 ? 0 : Number.MAX_SAFE_INTEGER });
}

/** Where a field is. */
export function focusOn(lines: readonly FormLine[], id: string): FormFocus | undefined {
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'field' && line.field.id === id) return { line: index, column: 0 };
    const column = line.kind === 'row' ? line.fields.findIndex((field) => field.id === id) : -1;
    if (column !== -1) return { line: index, column };
  }
  return undefined;
}
