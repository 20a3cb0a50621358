import type { WizardView } from '../../../../wizard/page.ts';
import { type FormPlace, fieldById, formPlace, withEditorText } from '../../store/edit.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { type FittedMessages, fitMessages, type Message, wholeHeight } from '../../widgets/fit-messages.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { barRows } from './bars.tsx';
import { keyNow, pageMessages } from './page-messages.ts';

/** How the lines of a form share the body of the screen. */
export interface FormLayout {
  readonly place: FormPlace;
  /** With the text that is being typed: it counts at once in totals and messages. */
  readonly view: WizardView;
  /** Blank lines around the question at the top. */
  readonly roomy: boolean;
  readonly bars: number;
  readonly lines: number;
  readonly panel: number;
  readonly messages: readonly Message[];
  readonly fitted: FittedMessages;
}

const known = new WeakMap<AppState, FormLayout>();

/** The layout of the page of questions; undefined on other screens. Worked out once for a state: keys and picture both need it. */
export function formLayout(state: AppState): FormLayout | undefined {
  const place = formPlace(state);
  if (!place) return undefined;
  const layout = known.get(state) ?? layoutOf(state, place);
  known.set(state, layout);
  return layout;
}

function layoutOf(state: AppState, place: FormPlace): FormLayout {
  const [rows, width] = [bodyRows(state.size), bodyColumns(state.size)];
  const view = viewOf(withEditorText(state));
  const messages = pageMessages(state, place, view);
  const roomy = rows >= 14;
  const list = openList(state);
  // A long list of choices needs the room of the bars, and most of the form's.
  const long = list > usualPanel;
  const bars = place.page.id === 'storage' && !long ? barRows(view, rows) : 0;
  const head = place.lines.some((line) => line.kind === 'row') ? 1 : 0;
  const room = rows - (roomy ? 3 : 1) - bars - head - 1;
  const wanted = list > 0 ? Math.max(usualPanel, list) : wholeHeight(messages, width);
  // Enough lines that the form stays where it is while messages come and go; on a small screen they are needed for it.
  const least = roomy ? 4 : 2;
  const panel = Math.min(
    Math.max(least, wanted),
    Math.max(least, long ? room - fewLines : room - place.lines.length - (roomy ? 2 : 0)),
    Math.max(2, room - 3),
  );
  const fitted = fitMessages(messages, width, panel, keyNow(state, 'm shows all'));
  return { place, view, roomy, bars, lines: room - panel, panel, messages, fitted };
}

/** Rows of a list of choices where it is short. */
const usualPanel = 7;
/** Lines of the form that stay beside a long list. */
const fewLines = 3;

/** Rows that the open list of choices would fill; 0 where none is open. */
function openList({ editor, ...state }: AppState): number {
  return editor?.kind === 'choice' ? (fieldById({ ...state, editor }, editor.field)?.choices?.length ?? 0) + 1 : 0;
}
