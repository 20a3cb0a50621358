import { takeText, withAnswer } from '../../../../wizard/draft/draft.ts';
import type { Field } from '../../../../wizard/page.ts';
import { addressRange } from '../../../../wizard/parse.ts';
import { addRows, fieldById, formPlace, openAdd, withDraft, withFocus } from '../../store/edit.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { formLines, moveLine, moveNext } from '../../store/focus.ts';
import { anywhereKeys } from '../../store/shared-keys.ts';
import { type AppState, type Editor, viewOf } from '../../store/state.ts';
import { pressed } from '../../widgets/bindings.ts';
import { choiceBindings, textBindings } from '../../widgets/field.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { emptyText, textState } from '../../widgets/text/state.ts';

type Of<Kind extends Editor['kind']> = Extract<Editor, { readonly kind: Kind }>;

/** Keys while a field is open. */
export function editorKeys(state: AppState, editor: Editor): AppBindings {
  if (editor.kind === 'choice') return choiceKeys(state, editor);
  return editor.kind === 'add' ? addKeys(state, editor) : fieldKeys(state, editor);
}

/** What is pasted replaces the text of the field that was just opened. */
export function paste(state: AppState, key: KeyPress): Transition {
  const { editor } = state;
  if (!editor || editor.kind === 'choice') return next(state);
  const cleared = { ...editor, text: { ...emptyText, initial: editor.text.initial } };
  return pressed(editorKeys({ ...state, editor: cleared }, cleared), key) ?? next(state);
}

function choiceKeys(state: AppState, editor: Of<'choice'>): AppBindings {
  const field = fieldById(state, editor.field);
  const chosen = field?.choices?.[editor.choice.index];
  const take = (): Transition => {
    // What cannot be taken stays under the pointer, with its reason beside it.
    if (chosen?.unusable) return next(state);
    return next({
      ...(field && chosen ? withDraft(state, withAnswer(state.draft, field, chosen.value)) : state),
      editor: undefined,
    });
  };
  const { choice } = editor;
  return [
    ...choiceBindings({ ...choice, label: 'select', dropOrder: 0 }, (index) =>
      next({ ...state, editor: { ...editor, choice: { ...choice, index } } }),
    ),
    { keys: ['enter'], label: 'accept', dropOrder: 0, act: take },
    { keys: ['escape'], label: 'cancel', dropOrder: 0, act: () => next({ ...state, editor: undefined }) },
    ...anywhereKeys(state),
  ];
}

function fieldKeys(state: AppState, editor: Of<'text'>): AppBindings {
  const by = (...keys: string[]) => ({ keys, act: (key: KeyPress) => next(accepted(state, editor, key)) });
  return [
    { ...by('enter'), label: 'accept', dropOrder: 0 },
    { ...by('tab'), label: 'next field', dropOrder: 1 },
    { ...by('escape'), label: 'done', dropOrder: 0 },
    { ...by('up', 'down', 'backTab'), label: 'accept and move', dropOrder: 8 },
    ...textBindings(editor.text, (text) => next({ ...state, editor: { ...editor, text } })),
    ...anywhereKeys(state),
  ];
}

/** Enter and the arrows take the text over and go on; Esc takes it over and stays. */
function accepted(state: AppState, editor: Of<'text'>, key: KeyPress): AppState {
  const field = fieldById(state, editor.field);
  if (!field) return { ...state, editor: undefined };
  const range =
    key.name === 'enter' && field.path.at(-1) === 'reach' ? addressRange(editor.text.text.trim()) : undefined;
  if (range !== undefined) return rangeOffered(state, field, range);
  const changed = editor.text.text !== editor.text.initial;
  const taken = changed ? takeText(state.draft, field, editor.text.text) : { draft: state.draft };
  const done: AppState = { ...withDraft(state, taken.draft), editor: undefined };
  const wrong = 'problem' in taken && taken.problem !== undefined;
  return wrong && key.name === 'enter' ? done : movedOn(done, key);
}

/** The first address belongs to this row; the others stand in the line that adds rows, for one more Enter. */
function rangeOffered(state: AppState, field: Field, [first = '', ...others]: readonly string[]): AppState {
  const taken = withDraft(state, takeText(state.draft, field, first).draft);
  const place = formPlace({ ...taken, editor: undefined });
  const line = place?.lines.findIndex((one) => one.kind === 'add') ?? -1;
  if (place === undefined || line === -1) return { ...taken, editor: undefined };
  const text = others.length > 1 ? `${others[0]}-${others.at(-1)?.replace(/.*\./, '')}` : (others[0] ?? '');
  const focused = withFocus(taken, place, { line, column: 0 });
  return { ...focused, editor: { kind: 'add', text: textState(text), problem: undefined } };
}

function movedOn(state: AppState, key: KeyPress): AppState {
  const place = formPlace(state);
  if (!place) return state;
  const { lines, focus } = place;
  switch (key.name) {
    case 'enter':
      return withFocus(
        state,
        place,
        place.line?.kind === 'field' ? moveLine(lines, focus, 1) : moveNext(lines, focus, 1),
      );
    case 'tab':
      return withFocus(state, place, moveNext(lines, focus, 1));
    case 'backTab':
      return withFocus(state, place, moveNext(lines, focus, -1));
    case 'up':
      return withFocus(state, place, moveLine(lines, focus, -1));
    case 'down':
      return withFocus(state, place, moveLine(lines, focus, 1));
    default:
      return state;
  }
}

function addKeys(state: AppState, editor: Of<'add'>): AppBindings {
  const take = (more: boolean) => (): Transition => next(added(state, editor, more));
  return [
    { keys: ['enter'], label: 'add', dropOrder: 0, act: take(true) },
    { keys: ['escape'], label: 'done', dropOrder: 0, act: take(false) },
    { keys: ['tab', 'up', 'down'], label: 'add and stop adding', dropOrder: 8, act: take(false) },
    ...textBindings(editor.text, (text) => next({ ...state, editor: { ...editor, text, problem: undefined } })),
    ...anywhereKeys(state),
  ];
}

/** A wrong text stays in the line until it is right or emptied. `more`: another one is to be typed. */
function added(state: AppState, editor: Of<'add'>, more: boolean): AppState {
  const place = formPlace(state);
  if (!place?.page.rows || editor.text.text.trim() === '') return { ...state, editor: undefined };
  const made = place.page.rows.add(viewOf(state), editor.text.text);
  if ('problem' in made) return { ...state, editor: { ...editor, problem: made.problem } };
  const withRows = addRows(state, made.rows);
  const line = formLines(place.page, viewOf(withRows)).findIndex((one) => one.kind === 'add');
  const focused = { ...withRows, focus: { ...withRows.focus, [place.page.id]: { line, column: 0 } } };
  return more ? openAdd(focused) : { ...focused, editor: undefined };
}
