import { useAnimation, useInput, usePaste, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { kloudspot } from '../../../text/command.ts';
import { pageFindings, pageNotes, pageOf } from '../../../wizard/pages.ts';
import { FormPage } from '../screens/form/form.tsx';
import { OverlayView } from '../screens/overlay/overlays.tsx';
import { PreflightPage } from '../screens/preflight/preflight.tsx';
import { ReviewPage } from '../screens/review/review.tsx';
import { headOfRun } from '../screens/run/head.ts';
import { RunPage } from '../screens/run/run.tsx';
import { SummaryPage } from '../screens/run/summary.tsx';
import { StartPage } from '../screens/start/start.tsx';
import { type AppState, isPage, progress, type ScreenId, siteName, viewOf } from '../store/state.ts';
import { Frame, type TrailMark } from '../widgets/frame.tsx';
import { keysOf, press } from '../widgets/keys.ts';
import { bodyColumns, bodyRows } from '../widgets/layout.ts';
import { moment } from '../widgets/table/moment.ts';
import { type Theme, ThemeContext } from '../widgets/theme.ts';
import { hintsOf } from './hints.ts';
import type { Store } from './store.ts';

/** The whole of `init` on the screen: hands every key to the store and draws what it holds. */
export function App(props: { readonly store: Store; readonly theme: Theme }): ReactNode {
  const { store } = props;
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  const size = useWindowSize();
  useEffect(
    () => store.dispatch({ type: 'resize', columns: size.columns, rows: size.rows }),
    [store, size.columns, size.rows],
  );
  useInput((input, key) => {
    for (const one of keysOf(input, key)) store.dispatch({ type: 'key', key: one });
  });
  usePaste((text) => store.dispatch({ type: 'key', key: press('paste', text) }));
  const busy = isBusy(state);
  // The one clock of the screen: it turns the spinner and counts the seconds, and stands still when nothing goes on.
  const { frame } = useAnimation({ interval: state.screen === 'run' ? 250 : 1000, isActive: busy });
  useEffect(() => {
    if (busy && frame > 0) store.dispatch({ type: 'time', now: Date.now() });
  }, [store, busy, frame]);
  return (
    <ThemeContext value={props.theme}>
      <Screen state={{ ...state, size }} theme={props.theme} tick={frame} />
    </ThemeContext>
  );
}

/** Whether anything goes on whose seconds are shown. */
export function isBusy(state: AppState): boolean {
  if (state.screen === 'nodes') return [...state.access.values()].some((entry) => entry.state.state === 'connecting');
  if (state.screen === 'preflight') return state.preflight.asking;
  return state.screen === 'run' && state.run !== undefined && state.run.view.state !== 'ended';
}

/** One frame. Pure, so that it can be drawn into a string. */
export function Screen(props: { readonly state: AppState; readonly theme: Theme; readonly tick: number }): ReactNode {
  const { state } = props;
  const rows = bodyRows(state.size);
  const width = bodyColumns(state.size);
  const at = progress.findIndex((stop) => stop.id === state.screen);
  return (
    <Frame
      size={state.size}
      head={headOf(state)}
      rehearsal={state.rehearsal}
      where={
        state.screen === 'run' && state.run
          ? headOfRun(state.run, state.now)
          : at === -1
            ? titleOf(state.screen)
            : `${at + 1}/${progress.length} ${titleOf(state.screen)}`
      }
      trail={marks(state)}
      message={state.message ?? lasting(state)}
      keys={hintsOf(state, props.theme.glyphs)}
    >
      {state.overlay ? (
        <OverlayView state={state} overlay={state.overlay} width={width} />
      ) : (
        <Page state={state} rows={rows} width={width} tick={props.tick} />
      )}
    </Frame>
  );
}

function Page(props: {
  readonly state: AppState;
  readonly rows: number;
  readonly width: number;
  readonly tick: number;
}): ReactNode {
  const { state, rows, width } = props;
  if (isPage(state.screen)) return <FormPage state={state} rows={rows} width={width} />;
  if (state.screen === 'start') return <StartPage state={state} rows={rows} width={width} />;
  if (state.screen === 'preflight') return <PreflightPage state={state} rows={rows} width={width} />;
  if (state.screen === 'review') return <ReviewPage state={state} rows={rows} width={width} />;
  if (!state.run) return null;
  if (state.screen === 'summary')
    return <SummaryPage run={state.run} rehearsal={state.rehearsal !== undefined} width={width} />;
  return <RunPage run={state.run} rows={rows} width={width} now={state.now + state.run.ahead} tick={props.tick} />;
}

const titleOf = (screen: ScreenId): string =>
  progress.find((stop) => stop.id === screen)?.title ?? (screen === 'start' ? 'Start' : 'Summary');

function headOf(state: AppState): string {
  if (state.screen === 'start') return 'kloudspot init';
  const run = state.run?.view.run;
  if (state.screen === 'run' || state.screen === 'summary')
    return `kloudspot run${run ? ` ${run.slice(-4)}` : ''} · site ${siteName(state)}`;
  const saved =
    state.saveProblem !== undefined ? 'NOT SAVED' : state.savedAt ? `saved ${moment(state.savedAt)}` : 'not saved yet';
  return `kloudspot init · site ${siteName(state)} · ${saved}`;
}

function lasting(state: AppState): AppState['message'] {
  if (state.saveProblem !== undefined)
    return { grade: 'fail', text: `The draft could not be saved: ${state.saveProblem}` };
  if (state.run?.lost !== undefined && state.screen === 'run')
    return { grade: 'fail', text: `${state.run.lost} · ${kloudspot('attach')}  tries again` };
  if (state.run?.stopping && state.run.view.state !== 'ended' && state.screen === 'run')
    return { grade: 'warn', text: 'Stops after the running steps. Ctrl-C again stops now.' };
  return state.screen === 'start' && state.start.busy ? { grade: 'plain', text: 'One moment.' } : undefined;
}

function marks(state: AppState): readonly TrailMark[] {
  return progress.map(({ id, title }) => {
    if (id === state.screen) return { title, mark: 'here' };
    if (!state.visited.has(id)) return { title, mark: 'todo' };
    return { title, mark: isDone(state, id) ? 'done' : 'warn' };
  });
}

function isDone(state: AppState, id: ScreenId): boolean {
  if (isPage(id)) {
    const [page, view] = [pageOf(id), viewOf(state)];
    return pageFindings(page, view).length === 0 && pageNotes(page, view).every((note) => note.grade !== 'fail');
  }
  if (id === 'preflight')
    return (
      state.preflight.of === state.draft &&
      state.preflight.findings?.every((finding) => finding.grade === 'pass') === true
    );
  return true;
}
