import { removeAt, takeText, textAt, withAnswer } from '../../../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import {
  addRows,
  cycled,
  type FormPlace,
  fieldById,
  formPlace,
  openAdd,
  openEditor,
  withDraft,
  withFocus,
} from '../../store/edit.ts';
import { only, type Step } from '../../store/event.ts';
import { focusOn, formLines, moveColumn, moveLine, moveNext } from '../../store/focus.ts';
import { type AppState, type Editor, viewOf } from '../../store/state.ts';
import { jumpByNumber, stepScreen } from '../../store/transitions.ts';
import { choiceAction } from '../../widgets/choice/keys.ts';
import { choose } from '../../widgets/choice/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { textAction } from '../../widgets/text/keys.ts';
import { editText, emptyText } from '../../widgets/text/state.ts';

/** Keys on the five pages of questions. */
export function formKey(state: AppState, key: KeyPress): Step {
  if (state.editor) return editorKey(state, state.editor, key);
  const place = formPlace(state);
  if (!place) return only(state);
  return only2(moveKey(state, place, key)) ?? changeKey(state, place, key) ?? pageKey(state, place, key);
}

const only2 = (state: AppState | undefined): Step | undefined => (state ? only(state) : undefined);

function moveKey(state: AppState, place: FormPlace, key: KeyPress): AppState | undefined {
  const { lines, focus } = place;
  const to = (next: typeof focus): AppState => withFocus(state, place, next);
  switch (key.name) {
    case 'up':
      return to(moveLine(lines, focus, -1));
    case 'down':
      return to(moveLine(lines, focus, 1));
    case 'tab':
      return to(moveNext(lines, focus, 1));
    case 'backTab':
      return to(moveNext(lines, focus, -1));
    case 'home':
      return to(moveLine(lines, focus, -lines.length));
    case 'end':
      return to(moveLine(lines, focus, lines.length));
    case 'pageUp':
      return to(moveLine(lines, focus, -8));
    case 'pageDown':
      return to(moveLine(lines, focus, 8));
    default:
      return undefined;
  }
}

function changeKey(state: AppState, place: FormPlace, key: KeyPress): Step | undefined {
  const { line, field } = place;
  if (key.name === 'enter') {
    if (line?.kind === 'add') return only(openAdd(state));
    if (field?.kind === 'toggle') return only(cycled(state, field, 1));
    return field ? only(openEditor(state, field)) : undefined;
  }
  if (key.name === 'paste') return pasted(state, place, key);
  if ((key.name === 'left' || key.name === 'right') && line) {
    const by = key.name === 'left' ? -1 : 1;
    if (line.kind === 'row') return only(withFocus(state, place, moveColumn(place.lines, place.focus, by)));
    return field?.choices || field?.kind === 'toggle' ? only(cycled(state, field, by)) : only(state);
  }
  if (key.name === 'character' && key.text === ' ' && field && (field.choices || field.kind === 'toggle'))
    return only(cycled(state, field, 1));
  if ((key.name === 'delete' || key.name === 'backspace') && field)
    return only(withDraft(state, withAnswer(state.draft, field, undefined)));
  return undefined;
}

/** What is pasted goes to where one stands: addresses into the table, a text into its field. */
function pasted(state: AppState, place: FormPlace, key: KeyPress): Step {
  const opened =
    place.line?.kind === 'add'
      ? openAdd(state)
      : place.field && !place.field.choices && place.field.kind !== 'toggle'
        ? openEditor(state, place.field)
        : state;
  const editor = opened.editor;
  if (editor?.kind === 'text')
    return editorKey(
      { ...opened, editor: { ...editor, text: { ...emptyText, initial: editor.text.initial } } },
      { ...editor, text: { ...emptyText, initial: editor.text.initial } },
      key,
    );
  return editor ? editorKey(opened, editor, key) : only(state);
}

function pageKey(state: AppState, place: FormPlace, key: KeyPress): Step {
  if (key.name === 'escape') return stepScreen(state, -1);
  if (key.name !== 'character') return only(state);
  if (key.text === 'n') return stepScreen(state, 1);
  if (key.text === '?') return only(help(state, place));
  if (/^[1-9]$/.test(key.text)) return jumpByNumber(state, key.text);
  return place.page.id === 'nodes' ? nodesKey(state, place, key.text) : only(state);
}

function help(state: AppState, place: FormPlace): AppState {
  const text =
    place.field?.help ??
    'Type an address, a name, or a range such as 10.0.4.25-27. Several may be given at once, separated by commas or spaces; pasting a list works too.';
  return { ...state, overlay: { kind: 'help', title: place.field?.label ?? 'Add a node', text } };
}

function nodesKey(state: AppState, place: FormPlace, text: string): Step {
  const index = place.line?.kind === 'row' ? Number(place.line.row) : undefined;
  const node = index === undefined ? undefined : draftNodes(state.draft)[index];
  const reach = textAt(node, ['reach']);
  if (text === 'a') return only(openAdd(focusAdd(state, place)));
  if (text === 'z' && state.removed) return only({ ...withDraft(state, state.removed), removed: undefined });
  if (text === 'f') return only({ ...state, overlay: { kind: 'keys' } });
  if (text === 'P') return only(askPassword(state, undefined, 'login'));
  if (text === 'R') return only(state, { do: 'reconnect', reach: undefined });
  if (index === undefined) return only(state);
  if (text === 'd') return only(withoutRow(state, index));
  if (text === 'r') return only(state, { do: 'reconnect', reach });
  if (text === 'u') return only(openField(state, place, `nodes.${index}.access.user`));
  if (text === 'p') return only(askPassword(state, nodeCalled(state.draft, index), passwordFor(state, reach)));
  return only(state);
}

function passwordFor(state: AppState, reach: string): 'login' | 'sudo' {
  const access = state.access.get(reach)?.state;
  if (access?.state === 'ready' && access.facts.access.sudo === 'refused') return 'sudo';
  return access?.state === 'password-needed' ? access.for : 'login';
}

function askPassword(state: AppState, node: string | undefined, kind: 'login' | 'sudo'): AppState {
  return { ...state, overlay: { kind: 'password', node, for: kind, text: emptyText } };
}

function focusAdd(state: AppState, place: FormPlace): AppState {
  const line = place.lines.findIndex((one) => one.kind === 'add');
  return line === -1 ? state : withFocus(state, place, { line, column: 0 });
}

function openField(state: AppState, place: FormPlace, id: string): AppState {
  const focus = focusOn(place.lines, id);
  const field = focus && fieldById(state, id);
  return field ? openEditor(withFocus(state, place, focus), field) : state;
}

function withoutRow(state: AppState, index: number): AppState {
  const text = `${nodeCalled(state.draft, index)} removed from the list. z brings it back.`;
  return {
    ...withDraft(state, removeAt(state.draft, ['nodes', index])),
    removed: state.draft,
    message: { grade: 'plain', text },
  };
}

function editorKey(state: AppState, editor: Editor, key: KeyPress): Step {
  if (key.name === 'control' && key.text === 'c') return only({ ...state, overlay: { kind: 'leave' } });
  if (editor.kind === 'choice') return only(choiceKey(state, editor, key));
  const action = textAction(key);
  if (action) {
    const text = editText(editor.text, action);
    return only({
      ...state,
      editor: editor.kind === 'add' ? { ...editor, text, problem: undefined } : { ...editor, text },
    });
  }
  return only(editor.kind === 'add' ? addKey(state, editor, key) : fieldKey(state, editor, key));
}

function choiceKey(state: AppState, editor: Extract<Editor, { kind: 'choice' }>, key: KeyPress): AppState {
  const action = choiceAction(key);
  if (action) return { ...state, editor: { ...editor, choice: choose(editor.choice, action) } };
  if (key.name === 'escape') return { ...state, editor: undefined };
  const field = fieldById(state, editor.field);
  const chosen = field?.choices?.[editor.choice.index];
  if (key.name !== 'enter' || !field || !chosen) return state;
  return { ...withDraft(state, withAnswer(state.draft, field, chosen.value)), editor: undefined };
}

/** Enter and the arrows take the text over and go on; Esc takes it over and stays. */
function fieldKey(state: AppState, editor: Extract<Editor, { kind: 'text' }>, key: KeyPress): AppState {
  const field = fieldById(state, editor.field);
  if (!field) return { ...state, editor: undefined };
  const changed = editor.text.text !== editor.text.initial;
  const taken = changed ? takeText(state.draft, field, editor.text.text) : { draft: state.draft };
  const done: AppState = { ...withDraft(state, taken.draft), editor: undefined };
  const place = formPlace(done);
  if (!place || ('problem' in taken && taken.problem !== undefined && key.name === 'enter')) return done;
  if (key.name === 'tab' || key.name === 'enter') {
    const next =
      key.name === 'enter' && place.line?.kind === 'field'
        ? moveLine(place.lines, place.focus, 1)
        : moveNext(place.lines, place.focus, 1);
    return withFocus(done, place, next);
  }
  if (key.name === 'backTab') return withFocus(done, place, moveNext(place.lines, place.focus, -1));
  if (key.name === 'up' || key.name === 'down')
    return withFocus(done, place, moveLine(place.lines, place.focus, key.name === 'up' ? -1 : 1));
  return done;
}

function addKey(state: AppState, editor: Extract<Editor, { kind: 'add' }>, key: KeyPress): AppState {
  if (key.name !== 'enter' && key.name !== 'escape' && key.name !== 'tab' && key.name !== 'up' && key.name !== 'down')
    return state;
  const place = formPlace(state);
  if (!place?.page.rows || editor.text.text.trim() === '') return { ...state, editor: undefined };
  const made = place.page.rows.add(viewOf(state), editor.text.text);
  // A wrong text stays in the line until it is right or emptied.
  if ('problem' in made) return { ...state, editor: { ...editor, problem: made.problem } };
  const added = addRows(state, made.rows);
  const lines = formLines(place.page, viewOf(added));
  const line = lines.findIndex((one) => one.kind === 'add');
  const focused = { ...added, focus: { ...added.focus, [place.page.id]: { line, column: 0 } } };
  // Enter goes on adding; the other keys have said that it is enough.
  return key.name === 'enter' ? openAdd(focused) : { ...focused, editor: undefined };
}
