import { render } from 'ink';
import { type ReactNode, useSyncExternalStore } from 'react';
import type { Watcher } from '../../app/follow.ts';
import type { RunEvent, RunOrder } from '../../engine/journal/event.ts';
import type { RunView } from '../../engine/view/view.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { keepHeapSmall } from '../../host/small-heap.ts';
import type { Plan } from '../../plan/document/document.ts';
import { endingOf, nextLines, type RunPlace } from '../model/ending.ts';
import { timeLeftOf } from '../model/time-left.ts';
import { spinnerTurns, useKeys, useSeconds } from './app/hooks.ts';
import { Store } from './app/store.ts';
import { takeOver } from './first-page/take-over.ts';
import { printLines, screenOptions } from './screen.ts';
import { attachedFrame, codeOfRun } from './screens/run/frame.ts';
import { RunBody } from './screens/run/run.tsx';
import { runUpdate } from './screens/run/update.ts';
import { type RunEffect, type RunScreen, type RunScreenEvent, runScreen } from './store/run-state.ts';
import { Frame } from './widgets/frame.tsx';
import { bodyRows } from './widgets/layout.ts';
import { type Theme, type ThemeOptions, themeOf } from './widgets/theme.ts';
import { ThemeContext } from './widgets/theme-context.ts';

export interface AttachOptions extends ThemeOptions {
  readonly plan: Plan;
  /** Throws where the plan may not be shown. Called once the first frame stands. */
  readonly refuseChanged: () => void;
  /** Ends after the run has ended. */
  readonly events: AsyncIterable<RunEvent>;
  readonly steer: (order: RunOrder) => Promise<void>;
  /** ms left, by earlier runs; undefined where that is not known. */
  readonly estimate: Watcher['estimate'];
  /** Name of the scenario when this is a rehearsal. */
  readonly rehearsal?: string;
  readonly files: RunPlace['files'];
  /** The run began before this screen. */
  readonly reading: boolean;
  /** Where the page is on the screen already: called when Ink has drawn over it. */
  readonly handOver?: () => void;
}

type RunStore = Store<RunScreen, RunScreenEvent, RunEffect>;

/**
 * A run on the screen, for `attach`, `apply`, `resume` and every verb that runs a plan. Returns the exit code; the run outlives the screen.
 * What `refuseChanged` throws is thrown on, once the terminal is as it was.
 */
export async function runInkAttach(options: AttachOptions): Promise<ExitCode> {
  const theme = themeOf(options);
  const store = storeOf(options, () => app.unmount());
  if (options.handOver) takeOver(process.stdout);
  const app = render(
    <AttachedRun store={store} rehearsal={options.rehearsal} theme={theme} />,
    screenOptions(60, theme),
  );
  options.handOver?.();
  keepHeapSmall();
  let left = false;
  follow(store, options, () => left).catch((error: unknown) =>
    store.dispatch({ type: 'lost', why: messageOf(error), now: Date.now() }),
  );
  let refused: unknown;
  setImmediate(() => {
    try {
      options.refuseChanged();
    } catch (error) {
      refused = error;
      app.unmount();
    }
  });
  await app.waitUntilExit();
  left = true;
  if (refused !== undefined) throw refused;
  const { view } = store.state.run;
  const lines = [endingOf(view).text, ...nextLines(view, placeOf(options)).map((line) => `  ${line}`)];
  printLines(lines);
  return codeOfRun(store.state);
}

const placeOf = ({ files, rehearsal }: AttachOptions): RunPlace => ({ files, rehearsal: rehearsal !== undefined });

function storeOf(options: AttachOptions, leave: () => void): RunStore {
  const size = { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  const { plan, steer, reading } = options;
  const state = runScreen(plan, { size, now: Date.now(), withSummary: false, place: placeOf(options), reading });
  const store: RunStore = new Store(state, {
    update: runUpdate,
    perform: (effect) => {
      if (effect.do === 'leave') return leave();
      steer(effect.order).catch((error: unknown) =>
        store.dispatch({ type: 'refused', why: messageOf(error), now: Date.now() }),
      );
    },
  });
  return store;
}

async function follow(store: RunStore, options: AttachOptions, left: () => boolean): Promise<void> {
  const rest = (view: RunView) => timeLeftOf(view, options.estimate);
  for await (const event of options.events) {
    if (left()) return;
    store.dispatch({ type: 'event', event, left: rest, now: Date.now() });
  }
}

function AttachedRun(props: {
  readonly store: RunStore;
  readonly rehearsal: string | undefined;
  readonly theme: Theme;
}): ReactNode {
  const { store, theme } = props;
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  const size = useKeys(store.dispatch);
  const going = state.run.view.state !== 'ended' && state.run.lost === undefined;
  useSeconds(going, 250, store.dispatch);
  return (
    <ThemeContext value={theme}>
      <Frame {...attachedFrame({ ...state, size }, props.rehearsal, theme)}>
        <RunBody screen={state} rows={bodyRows(size)} width={size.columns} tick={spinnerTurns(state.now)} />
      </Frame>
    </ThemeContext>
  );
}
