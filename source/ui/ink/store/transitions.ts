import { countChecks } from '../../../check/summary.ts';
import type { SitePath } from '../../../site/schema.ts';
import { counted } from '../../../text/plural.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import { fieldAt } from '../../../wizard/pages.ts';
import { withEditorText } from './edit.ts';
import { next, type Transition } from './event.ts';
import { focusOn, formLines } from './focus.ts';
import { type AppState, emptyPreflight, emptyReview, progress, type ScreenId, viewOf } from './state.ts';

/** Closes what is being typed and keeps its text: nothing typed is lost. */
export function commitEditor(state: AppState): AppState {
  return { ...withEditorText(state), editor: undefined };
}

/** Goes to a screen; those that ask the nodes or the planner ask again when something has changed. */
export function enterScreen(before: AppState, screen: ScreenId): Transition {
  const state: AppState = {
    ...commitEditor(before),
    screen,
    overlay: undefined,
    message: undefined,
    visited: new Set(before.visited).add(screen),
  };
  if (screen === 'preflight') return enterPreflight(state);
  if (screen === 'review')
    return next({ ...state, review: { ...emptyReview, planning: true, since: state.now } }, { do: 'plan' });
  return next(state);
}

function enterPreflight(state: AppState): Transition {
  const { of, findings, asking } = state.preflight;
  if (asking || (of === state.draft && findings !== undefined)) return next(state);
  return askPreflight(state);
}

/** Asks every node, at once or as soon as each has answered or failed. */
export function askPreflight(state: AppState): Transition {
  const { all, toReview } = state.preflight;
  const preflight = { ...emptyPreflight, all, toReview, asking: true, since: state.now, of: state.draft };
  if (isConnecting(state)) return next({ ...state, preflight: { ...preflight, waiting: true } });
  return next({ ...state, preflight }, { do: 'preflight' });
}

/** Whether a node of the draft has neither answered nor failed yet. */
export function isConnecting(state: Pick<AppState, 'draft' | 'access'>): boolean {
  return draftNodes(state.draft).some(
    (node) => state.access.get(textAt(node, ['reach']))?.state.state === 'connecting',
  );
}

/** To the very field of a place in the site. */
export function jumpTo(state: AppState, path: SitePath): Transition {
  const found = fieldAt(path, viewOf(state));
  if (!found) return next(state);
  const lines = formLines(found.page, viewOf(state));
  const focus = found.field ? focusOn(lines, found.field.id) : undefined;
  const focused = focus ? { ...state, focus: { ...state.focus, [found.page.id]: focus } } : state;
  return enterScreen(focused, found.page.id);
}

/** The page before this one; the start page before the first. */
export function backFrom(state: AppState): Transition {
  return enterScreen(state, progress[placeOf(state.screen) - 1]?.id ?? 'start');
}

/** The page after this one. */
export function nextFrom(state: AppState): Transition {
  return goTo(state, progress[placeOf(state.screen) + 1]?.id ?? state.screen);
}

const placeOf = (screen: ScreenId): number => progress.findIndex((stop) => stop.id === screen);

/** Goes to a page of the progress line, or says why not yet. */
export function goTo(state: AppState, screen: ScreenId): Transition {
  const why = whyNotYet(state, screen);
  return why === undefined
    ? enterScreen(state, screen)
    : next({ ...state, overlay: undefined, message: { grade: 'warn', text: why } });
}

/** What keeps a page shut; undefined: it may be gone to. */
export function whyNotYet(state: AppState, screen: ScreenId): string | undefined {
  if (screen === 'run') return state.run ? undefined : 'The run starts on Review.';
  if (screen !== 'review') return undefined;
  const { asking, open, findings, of } = state.preflight;
  if (asking && of === state.draft) return 'The checks are still running.';
  if (open.length > 0) return 'The site is not complete yet: Preflight lists what is missing.';
  if (findings === undefined || of !== state.draft) return 'Preflight comes first.';
  const { failed } = countChecks(findings);
  return failed > 0
    ? `${counted(failed, 'check fails', 'checks fail')}: fix what is wrong, then r on Preflight checks again.`
    : undefined;
}
