import type { DraftValue } from '../../../site/schema.ts';
import { answerOf, editText as editable, setAt, takeText, withAnswer } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import type { Field } from '../../../wizard/page.ts';
import { pageOf, type WizardPage } from '../../../wizard/pages.ts';
import { emptyText, textState } from '../widgets/text/state.ts';
import { clampFocus, type FormFocus, type FormLine, fieldIn, firstFocus, focusOn, formLines } from './focus.ts';
import { type AppState, isPage, viewOf } from './state.ts';

/** The page, its lines and where one is on them. */
export interface FormPlace {
  readonly page: WizardPage;
  readonly lines: readonly FormLine[];
  readonly focus: FormFocus;
  readonly line: FormLine | undefined;
  readonly field: Field | undefined;
}

export function formPlace(state: AppState): FormPlace | undefined {
  if (!isPage(state.screen)) return undefined;
  const page = pageOf(state.screen);
  const lines = formLines(page, viewOf(state));
  const focus = clampFocus(lines, state.focus[page.id] ?? firstFocus);
  return { page, lines, focus, line: lines[focus.line], field: fieldIn(lines, focus) };
}

export function withFocus(state: AppState, place: FormPlace, focus: FormFocus): AppState {
  return { ...state, focus: { ...state.focus, [place.page.id]: focus } };
}

/** Opens the field: a line of text with its answer, or the list of its choices. */
export function openEditor(state: AppState, field: Field): AppState {
  const answer = answerOf(field, viewOf(state));
  if (field.choices && field.choices.length > 0) {
    const index = Math.max(
      0,
      field.choices.findIndex((choice) => choice.value === answer?.value),
    );
    return { ...state, editor: { kind: 'choice', field: field.id, choice: { index, count: field.choices.length } } };
  }
  return { ...state, editor: { kind: 'text', field: field.id, text: textState(editable(answer?.value)) } };
}

export function openAdd(state: AppState): AppState {
  return { ...state, editor: { kind: 'add', text: emptyText, problem: undefined } };
}

/** The state with the text that is being typed taken over; what is wrong is kept as it is typed. */
export function withEditorText(state: AppState): AppState {
  const editor = state.editor;
  if (editor?.kind !== 'text' || editor.text.text === editor.text.initial) return state;
  const field = fieldById(state, editor.field);
  return field ? withDraft(state, takeText(state.draft, field, editor.text.text).draft) : state;
}

export function fieldById(state: AppState, id: string): Field | undefined {
  if (!isPage(state.screen)) return undefined;
  const lines = formLines(pageOf(state.screen), viewOf(state));
  const focus = focusOn(lines, id);
  return focus && fieldIn(lines, focus);
}

export function withDraft(state: AppState, draft: AppState['draft']): AppState {
  return draft === state.draft ? state : { ...state, draft };
}

/** Gives the field its next value: the other side of a toggle, the next choice. */
export function cycled(state: AppState, field: Field, by: 1 | -1): AppState {
  const answer = answerOf(field, viewOf(state));
  if (field.kind === 'toggle') return withDraft(state, withAnswer(state.draft, field, answer?.value !== true));
  const choices = (field.choices ?? []).filter(({ unusable }) => !unusable);
  const at = choices.findIndex((choice) => choice.value === answer?.value);
  const next = choices[(at + by + choices.length) % choices.length];
  return next ? withDraft(state, withAnswer(state.draft, field, next.value)) : state;
}

/** Rows that were typed, added at the end. */
export function addRows(state: AppState, rows: readonly DraftValue[]): AppState {
  return withDraft(state, setAt(state.draft, ['nodes'], [...draftNodes(state.draft), ...rows]));
}
