import type { WizardView } from '../../../../wizard/page.ts';
import { type FormPlace, formPlace, withEditorText } from '../../store/edit.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { type FittedMessages, fitMessages, type Message, wholeHeight } from '../../widgets/messages.tsx';
import { barRows } from './bars.tsx';
import { pageMessages } from './page-messages.ts';

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
  const bars = place.page.id === 'storage' ? barRows(view, rows) : 0;
  const head = place.lines.some((line) => line.kind === 'row') ? 1 : 0;
  const room = rows - (roomy ? 3 : 1) - bars - head - 1;
  const wanted = state.editor?.kind === 'choice' ? 7 : wholeHeight(messages, width);
  // Enough lines that the form stays where it is while messages come and go; on a small screen they are needed for it.
  const least = roomy ? 4 : 2;
  const panel = Math.min(
    Math.max(least, wanted),
    Math.max(least, room - place.lines.length - 2),
    Math.max(2, room - 3),
  );
  const fitted = fitMessages(messages, width, panel);
  return { place, view, roomy, bars, lines: room - panel, panel, messages, fitted };
}
