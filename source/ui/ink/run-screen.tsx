import { render, useAnimation, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useReducer, useRef } from 'react';
import type { RunEvent, RunOrder } from '../../engine/journal/event.ts';
import { exitCodeOf } from '../../engine/outcome.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import type { Plan } from '../../plan/document/document.ts';
import { endingOf, nextLines } from '../model/ending.ts';
import { runHints } from './app/hints.ts';
import { screenOptions } from './screen.ts';
import { OverlayView } from './screens/overlay/overlays.tsx';
import { type AttachState, attach, attachState } from './screens/run/attach.ts';
import { headOfRun } from './screens/run/head.ts';
import { RunPage } from './screens/run/run.tsx';
import { Frame } from './widgets/frame.tsx';
import { keysOf } from './widgets/keys.ts';
import { bodyColumns, bodyRows } from './widgets/layout.ts';
import { type Theme, ThemeContext, type ThemeOptions, themeOf } from './widgets/theme.ts';

export interface AttachOptions extends ThemeOptions {
  readonly plan: Plan;
  /** Ends after the run has ended. */
  readonly events: AsyncIterable<RunEvent>;
  readonly steer: (order: RunOrder) => Promise<void>;
  /** ms left, by earlier runs; undefined where that is not known. */
  readonly estimate?: (plan: Plan, settled: ReadonlySet<string>) => number | undefined;
  /** Name of the scenario when this is a rehearsal. */
  readonly rehearsal?: string;
}

/** A run on the screen, for `attach`, `apply`, `resume` and every verb that runs a plan. Gives back the exit code; the run outlives the screen. */
export async function runInkAttach(options: AttachOptions): Promise<ExitCode> {
  const theme = themeOf(options);
  let last: AttachState | undefined;
  let leave = (): void => undefined;
  const done = (state: AttachState): void => {
    last = state;
    leave();
  };
  const app = render(<AttachedRun options={options} theme={theme} done={done} />, screenOptions(15));
  leave = () => app.unmount();
  await app.waitUntilExit();
  if (!last) return exitCode.done;
  const { view } = last.run;
  const lines = [endingOf(view).text, ...nextLines(view, options.rehearsal !== undefined).map((line) => `  ${line}`)];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return exitCodeOf(view);
}

function AttachedRun(props: {
  readonly options: AttachOptions;
  readonly theme: Theme;
  readonly done: (state: AttachState) => void;
}): ReactNode {
  const { options, theme, done } = props;
  const size = useWindowSize();
  const [state, tell] = useReducer(attach, attachState(options.plan, options.rehearsal !== undefined, size));
  useEffect(() => tell({ type: 'resize', size }), [size]);
  useFollowing(options, tell);
  useSteering(state, options, tell, done);
  useInput((input, key) => {
    for (const one of keysOf(input, key)) tell({ type: 'key', key: one });
  });
  const going = state.run.view.state !== 'ended' && state.run.lost === undefined;
  const { frame } = useAnimation({ interval: 250, isActive: going });
  useEffect(() => {
    if (going && frame > 0) tell({ type: 'time', now: Date.now() });
  }, [going, frame]);
  const { plan } = options;
  const width = bodyColumns(size);
  return (
    <ThemeContext value={theme}>
      <Frame
        size={size}
        head={`kloudspot run${state.run.view.run ? ` ${state.run.view.run}` : ''} · site ${plan.site.name}`}
        rehearsal={options.rehearsal}
        where={headOfRun(state.run, state.now)}
        trail={[]}
        message={state.message}
        keys={state.overlay ? [{ key: 'Esc', label: 'closes' }] : runHints(state.run, theme.glyphs.keys)}
      >
        {state.overlay ? (
          <OverlayView state={state} overlay={state.overlay} width={width} />
        ) : (
          <RunPage run={state.run} rows={bodyRows(size)} width={width} now={state.now + state.run.ahead} tick={frame} />
        )}
      </Frame>
    </ThemeContext>
  );
}

const wordsOf = (error: unknown): string => messageOf(error);

type Tell = (event: Parameters<typeof attach>[1]) => void;

function useFollowing(options: AttachOptions, tell: Tell): void {
  useEffect(() => {
    let here = true;
    const follow = async (): Promise<void> => {
      for await (const event of options.events) {
        if (!here) return;
        tell({ type: 'run', event, now: Date.now(), ...(options.estimate ? { estimate: options.estimate } : {}) });
      }
    };
    follow().catch((error: unknown) => tell({ type: 'lost', why: wordsOf(error) }));
    return () => {
      here = false;
    };
  }, [options, tell]);
}

/** Orders are collected by the reducer, so that two keys in one read both count, and given here, each once. */
function useSteering(state: AttachState, options: AttachOptions, tell: Tell, done: (state: AttachState) => void): void {
  const given = useRef(0);
  useEffect(() => {
    for (const order of state.orders.slice(given.current))
      options.steer(order).catch((error: unknown) => tell({ type: 'refused', why: wordsOf(error) }));
    given.current = state.orders.length;
    if (state.left) done(state);
  }, [state, options, tell, done]);
}
