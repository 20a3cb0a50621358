import { type ReactNode, useSyncExternalStore } from 'react';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import { pageFindings, pageNotes, pageOf } from '../../../wizard/pages.ts';
import { FormPage } from '../screens/form/form.tsx';
import { OverlayView } from '../screens/overlay/overlays.tsx';
import { PreflightPage } from '../screens/preflight/preflight.tsx';
import { ReviewPage } from '../screens/review/review.tsx';
import { messageOfRun, placeOfRun, titleOfRun } from '../screens/run/frame.ts';
import { RunBody } from '../screens/run/run.tsx';
import { SummaryPage } from '../screens/run/summary.tsx';
import { StartPage } from '../screens/start/start.tsx';
import { type AppState, isPage, progress, type ScreenId, siteName, viewOf } from '../store/state.ts';
import { hintsOf } from '../widgets/bindings.ts';
import { Frame, type FrameProps } from '../widgets/frame.tsx';
import type { ProgressMark } from '../widgets/frame-lines.ts';
import { bodyColumns, bodyRows } from '../widgets/layout.ts';
import { timeOfDay } from '../widgets/table/time-format.ts';
import type { Theme } from '../widgets/theme.ts';
import { ThemeContext } from '../widgets/theme-context.ts';
import { bindingsOf } from './bindings.ts';
import type { Controller } from './controller.ts';
import { spinnerTurns, useKeys, useSeconds } from './hooks.ts';

/** The whole of `init` on the screen: hands every key to the store and draws what it holds. */
export function App(props: { readonly store: Controller['store']; readonly theme: Theme }): ReactNode {
  const { store } = props;
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  const size = useKeys(store.dispatch);
  useSeconds(isBusy(state), state.screen === 'run' ? 250 : 1000, store.dispatch);
  return (
    <ThemeContext value={props.theme}>
      <Screen state={{ ...state, size }} theme={props.theme} tick={spinnerTurns(state.now)} />
    </ThemeContext>
  );
}

/** Whether anything goes on whose seconds are shown. */
function isBusy(state: AppState): boolean {
  if (state.screen === 'nodes') return [...state.access.values()].some((entry) => entry.state.state === 'connecting');
  if (state.screen === 'preflight') return state.preflight.asking;
  return state.screen === 'run' && state.run !== undefined && state.run.run.view.state !== 'ended';
}

/** One frame. Pure, so that it can be drawn into a string. */
export function Screen(props: { readonly state: AppState; readonly theme: Theme; readonly tick: number }): ReactNode {
  const { state } = props;
  return (
    <Frame
      size={state.size}
      head={headOf(state)}
      rehearsal={state.rehearsal}
      where={state.screen === 'run' && state.run ? placeOfRun(state.run) : placeOf(state.screen)}
      progress={marks(state)}
      message={messageOf(state)}
      keys={hintsOf(bindingsOf(state), props.theme.glyphs)}
      note={state.run ? undefined : 'The draft is saved.'}
    >
      <Body state={state} tick={props.tick} />
    </Frame>
  );
}

function Body(props: { readonly state: AppState; readonly tick: number }): ReactNode {
  const { state } = props;
  const page = { state, rows: bodyRows(state.size), width: bodyColumns(state.size) };
  if (state.overlay) return <OverlayView {...page} overlay={state.overlay} />;
  switch (state.screen) {
    case 'start':
      return <StartPage {...page} />;
    case 'preflight':
      return <PreflightPage {...page} />;
    case 'review':
      return <ReviewPage {...page} />;
    case 'run':
      return state.run ? <RunBody screen={state.run} {...page} tick={props.tick} /> : null;
    case 'summary':
      return state.run ? <SummaryPage run={state.run.run} {...page} /> : null;
    default:
      return <FormPage {...page} />;
  }
}

function placeOf(screen: ScreenId): string {
  const at = progress.findIndex((stop) => stop.id === screen);
  return at === -1 ? titleOf(screen) : `${at + 1}/${progress.length} ${titleOf(screen)}`;
}

const titleOf = (screen: ScreenId): string =>
  progress.find((stop) => stop.id === screen)?.title ?? (screen === 'start' ? 'Start' : 'Summary');

function headOf(state: AppState): string {
  if (state.screen === 'start') return 'kloudspot init';
  if (state.run && (state.screen === 'run' || state.screen === 'summary')) return titleOfRun(state.run);
  const saved =
    state.saveProblem !== undefined
      ? 'NOT SAVED'
      : state.savedAt
        ? `saved ${timeOfDay(state.savedAt)}`
        : 'not saved yet';
  const name = siteName(state);
  return `kloudspot init · ${name === undefined ? 'new site' : `site ${name}`} · ${saved}`;
}

/** The line over the keys: what was just said, else what goes on while it is so. */
function messageOf(state: AppState): FrameProps['message'] {
  if (state.message) return state.message;
  if (state.saveProblem !== undefined)
    return { grade: 'fail', text: `The draft could not be saved: ${state.saveProblem}` };
  if (state.screen === 'run' && state.run) return messageOfRun(state.run);
  return state.screen === 'start' && state.start.busy ? { grade: 'plain', text: 'One moment.' } : undefined;
}

function marks(state: AppState): readonly ProgressMark[] {
  return progress.map(({ id, title }) => {
    if (id === state.screen) return { title, mark: 'here' };
    const begun = id !== 'review' || state.run !== undefined;
    if (!begun || !state.visited.has(id)) return { title, mark: 'todo' };
    return { title, mark: isDone(state, id) ? 'done' : 'warn' };
  });
}

/** Whether nothing is open on a page: no finding, no warning, no node that cannot be used yet. */
function isDone(state: AppState, id: ScreenId): boolean {
  if (isPage(id)) {
    const [page, view] = [pageOf(id), viewOf(state)];
    const quiet = pageNotes(page, view).every((note) => note.grade !== 'fail' && note.grade !== 'warn');
    return quiet && pageFindings(page, view).length === 0 && (!needsNodes.has(id) || everyNodeIsReady(state));
  }
  if (id === 'preflight')
    return (
      state.preflight.of === state.draft &&
      state.preflight.findings?.every((finding) => finding.grade === 'pass') === true
    );
  return id === 'review' || state.run?.run.view.outcome === 'done';
}

/** What they ask is judged by what was seen of the nodes. */
const needsNodes: ReadonlySet<ScreenId> = new Set(['nodes', 'network', 'storage']);

function everyNodeIsReady(state: AppState): boolean {
  return draftNodes(state.draft).every((node) => {
    const access = state.access.get(textAt(node, ['reach']))?.state;
    return access?.state === 'ready' && access.facts.access.sudo !== 'refused';
  });
}
