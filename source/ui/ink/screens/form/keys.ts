import { answerOf, withAnswer } from '../../../../wizard/draft/draft.ts';
import type { Field } from '../../../../wizard/page.ts';
import { fromWorkloadId } from '../../../../wizard/pages/workload.ts';
import { cycled, type FormPlace, formPlace, openAdd, openEditor, withDraft, withFocus } from '../../store/edit.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { type FormFocus, moveColumn, moveLine, moveNext } from '../../store/focus.ts';
import { pageKeys, withHelp } from '../../store/shared-keys.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { nextFrom } from '../../store/transitions.ts';
import type { KeyName, KeyPress } from '../../widgets/keys.ts';
import { editorKeys, paste } from './editor-keys.ts';
import { messagesKey } from './messages-key.ts';
import { networkKeys } from './network-keys.ts';
import { nodesKeys } from './nodes-keys.ts';

/** Keys on the pages of questions. */
export function formKeys(state: AppState): AppBindings {
  if (state.editor) return editorKeys(state, state.editor);
  const place = formPlace(state);
  if (!place) return pageKeys(state);
  const bindings = [
    ...moveKeys(state, place),
    ...changeKeys(state, place),
    ...(place.page.id === 'nodes' ? nodesKeys(state, place) : []),
    ...(place.page.id === 'storage' ? workloadKey(state, place) : []),
    ...(place.page.id === 'network' ? networkKeys(state) : []),
    ...messagesKey(state),
    { keys: ['n'], label: 'next', dropOrder: 0, act: () => nextFrom(state) },
    ...pageKeys(state),
  ];
  return withHelp(state, bindings, {
    title: place.field?.label ?? 'Add a node',
    text: helpText(place),
    typing: place.lines.some(isTyped),
  });
}

function helpText(place: FormPlace): string {
  return (
    place.field?.help ??
    'Type an address, a name, or a range such as 10.0.4.25-27. Enter several at once, separated by commas or spaces; pasting a list works too.'
  );
}

type Lines = FormPlace['lines'];

const moves: Readonly<Partial<Record<KeyName, (lines: Lines, focus: FormFocus) => FormFocus>>> = {
  up: (lines, focus) => moveLine(lines, focus, -1),
  down: (lines, focus) => moveLine(lines, focus, 1),
  tab: (lines, focus) => moveNext(lines, focus, 1),
  backTab: (lines, focus) => moveNext(lines, focus, -1),
  home: (lines, focus) => moveLine(lines, focus, -lines.length),
  end: (lines, focus) => moveLine(lines, focus, lines.length),
  pageUp: (lines, focus) => moveLine(lines, focus, -8),
  pageDown: (lines, focus) => moveLine(lines, focus, 8),
};

function moveKeys(state: AppState, place: FormPlace): AppBindings {
  const { lines, focus, line } = place;
  const to = (focused: FormFocus): Transition => next(withFocus(state, place, focused));
  const column = (key: KeyPress): Transition => to(moveColumn(lines, focus, key.name === 'left' ? -1 : 1));
  return [
    {
      keys: Object.keys(moves),
      label: 'move',
      dropOrder: 6,
      act: (key) => to(moves[key.name]?.(lines, focus) ?? focus),
    },
    ...(line?.kind === 'row' && line.fields.length > 1
      ? [{ keys: ['left', 'right'], label: 'column', dropOrder: 7, act: column }]
      : []),
  ];
}

/** Sizes typed, or computed from what the product has to do. */
function workloadKey(state: AppState, { lines }: FormPlace): AppBindings {
  const line = lines.find((one) => one.kind === 'field' && one.field.id === fromWorkloadId);
  if (line?.kind !== 'field') return [];
  return [{ keys: ['w'], label: 'workload', dropOrder: 4, act: () => next(cycled(state, line.field, 1)) }];
}

/** What Enter and its like do to what is under the pointer. */
function changeKeys(state: AppState, place: FormPlace): AppBindings {
  const { line, field } = place;
  if (line?.kind === 'add')
    return [
      { keys: ['enter'], label: 'add', dropOrder: 0, act: () => next(openAdd(state)) },
      { keys: ['paste'], label: 'paste a list of nodes', act: (key) => paste(openAdd(state), key) },
    ];
  if (!field) return [];
  return [
    ...(hasChoices(field) ? choosingKeys(state, place, field) : typingKeys(state, field)),
    ...clearKeys(state, field),
  ];
}

/** Whether a line of the page holds something that is typed. */
const isTyped = (line: Lines[number]): boolean =>
  line.kind === 'add' || (line.kind === 'row' ? line.fields : [line.field]).some((field) => !hasChoices(field));

const hasChoices = (field: Field): boolean => field.choices !== undefined || field.kind === 'toggle';

function choosingKeys(state: AppState, { line }: FormPlace, field: Field): AppBindings {
  const change = (by: 1 | -1) => () => next(cycled(state, field, by));
  const enter = field.kind === 'toggle' ? change(1) : () => next(openEditor(state, field));
  return [
    { keys: ['enter'], label: 'change', dropOrder: 0, act: enter },
    { keys: [' '], label: 'next choice', act: change(1) },
    ...(line?.kind === 'field'
      ? [
          { keys: ['right'], label: 'next choice', act: change(1) },
          { keys: ['left'], label: 'previous choice', act: change(-1) },
        ]
      : []),
  ];
}

function typingKeys(state: AppState, field: Field): AppBindings {
  return [
    { keys: ['enter'], label: 'edit', dropOrder: 0, act: () => next(openEditor(state, field)) },
    { keys: ['paste'], label: 'paste instead of the answer', act: (key) => paste(openEditor(state, field), key) },
  ];
}

/** Without an answer of its own a field shows what was seen or the default. */
function clearKeys(state: AppState, field: Field): AppBindings {
  if (answerOf(field, { ...viewOf(state), facts: new Map() })?.from !== 'typed') return [];
  const cleared = (): Transition => next(withDraft(state, withAnswer(state.draft, field, undefined)));
  return [{ keys: ['delete', 'backspace'], label: 'clear the answer', act: cleared }];
}
