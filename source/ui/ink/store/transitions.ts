import type { SitePath } from '../../../site/schema.ts';
import { fieldAt } from '../../../wizard/pages.ts';
import { withEditorText } from './edit.ts';
import { type Command, only, type Step } from './event.ts';
import { focusOn, formLines } from './focus.ts';
import { type AppState, emptyPreflight, emptyReview, isPage, progress, type ScreenId, viewOf } from './state.ts';

/** Closes what is being typed and keeps its text: nothing typed is lost. */
export function takeBack(state: AppState): AppState {
  return { ...withEditorText(state), editor: undefined };
}

/** Goes to a screen; those that look at the world ask it again when something has changed. */
export function enterScreen(before: AppState, screen: ScreenId): Step {
  const state: AppState = {
    ...takeBack(before),
    screen,
    overlay: undefined,
    message: undefined,
    visited: new Set(before.visited).add(screen),
  };
  if (screen === 'preflight') return enterPreflight(state);
  if (screen === 'review') return enterReview(state);
  return only(state);
}

function enterPreflight(state: AppState): Step {
  const { of, findings, asking } = state.preflight;
  if (asking || (of === state.draft && findings !== undefined)) return only(state);
  return askPreflight(state);
}

export function askPreflight(state: AppState): Step {
  const preflight = { ...emptyPreflight, all: state.preflight.all, asking: true, since: Date.now(), of: state.draft };
  return only({ ...state, preflight, now: Date.now() }, { do: 'preflight' });
}

function enterReview(state: AppState): Step {
  const commands: readonly Command[] = [{ do: 'plan' }];
  return only(
    { ...state, review: { ...emptyReview, planning: true, since: Date.now() }, now: Date.now() },
    ...commands,
  );
}

/** One step along the trail. */
export function stepScreen(state: AppState, by: 1 | -1): Step {
  const at = progress.findIndex((stop) => stop.id === state.screen);
  const next = progress[at + by];
  if (next && next.id !== 'run') return enterScreen(state, next.id);
  return by < 0 ? enterScreen(state, 'start') : only(state);
}

/** To the very field of a place in the site. */
export function jumpTo(state: AppState, path: SitePath | undefined): Step {
  const found = path === undefined ? undefined : fieldAt(path, viewOf(state));
  if (!found) return only(state);
  const lines = formLines(found.page, viewOf(state));
  const focus = found.field ? focusOn(lines, found.field.id) : undefined;
  const next = focus ? { ...state, focus: { ...state.focus, [found.page.id]: focus } } : state;
  return enterScreen(next, found.page.id);
}

/** The page by its number on the trail, where it may be gone to. */
export function jumpByNumber(state: AppState, digit: string): Step {
  const stop = progress[Number(digit) - 1];
  if (!stop || stop.id === 'run' || stop.id === state.screen) return only(state);
  if (!state.visited.has(stop.id) && !isPage(stop.id)) return only(state);
  return enterScreen(state, stop.id);
}
