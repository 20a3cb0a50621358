import { Box, render, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useReducer } from 'react';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { reportLines } from '../../status/lines.ts';
import type { StatusReport } from '../../status/report.ts';
import { screenOptions } from './screen.ts';
import { type Bindings, hintsOf, pressed } from './widgets/bindings.ts';
import { Frame } from './widgets/frame.tsx';
import { type KeyPress, keysOf } from './widgets/keys.ts';
import { bodyRows } from './widgets/layout.ts';
import { Line } from './widgets/line.tsx';
import { type Theme, type ThemeOptions, themeOf } from './widgets/theme.ts';
import { ThemeContext } from './widgets/theme-context.ts';

export interface StatusOptions extends ThemeOptions {
  readonly site: string;
  /** One report after the other, until the screen is left. */
  readonly reports: AsyncIterable<StatusReport>;
  readonly rehearsal?: string;
}

/** `status --watch`: the newest report, over the whole screen. */
export async function runInkStatus(options: StatusOptions): Promise<ExitCode> {
  const app = render(
    <StatusScreen options={options} theme={themeOf(options)} leave={() => app.unmount()} />,
    screenOptions(15, options),
  );
  await app.waitUntilExit();
  return exitCode.done;
}

interface WatchState {
  readonly report: StatusReport | undefined;
  readonly problem: string | undefined;
  readonly top: number;
  readonly left: boolean;
}

type WatchEvent =
  | { readonly type: 'report'; readonly report: StatusReport }
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'key'; readonly key: KeyPress; readonly height: number };

export function watch(state: WatchState, event: WatchEvent): WatchState {
  if (event.type === 'report') return { ...state, report: event.report, problem: undefined };
  if (event.type === 'failed') return { ...state, problem: event.why };
  return pressed(watchKeys(state, event.height), event.key) ?? state;
}

/** The keys of the live status, on a body of `height` lines. */
function watchKeys(state: WatchState, height: number): Bindings<WatchState> {
  const most = furthest(state, height);
  const to = (top: number) => (): WatchState => ({ ...state, top: Math.max(0, Math.min(most, top)) });
  const scroll: Bindings<WatchState> = [
    {
      keys: ['up', 'down'],
      label: 'scroll',
      dropOrder: 1,
      act: (key) => to(state.top + (key.name === 'up' ? -1 : 1))(),
    },
    { keys: ['pageUp'], label: 'page up', dropOrder: 4, act: to(state.top - height) },
    { keys: ['pageDown'], label: 'page down', dropOrder: 3, act: to(state.top + height) },
    { keys: ['home'], label: 'beginning', dropOrder: 5, act: to(0) },
    { keys: ['end'], label: 'end', dropOrder: 5, act: to(most) },
  ];
  return [
    ...(most > 0 ? scroll : []),
    { keys: ['q', 'escape', '^c'], label: 'leave', dropOrder: 0, act: () => ({ ...state, left: true }) },
  ];
}

/** The first line on the screen. After a resize the verdict at the top is in view again where all fits. */
export const topOf = (state: WatchState, height: number): number => Math.min(state.top, furthest(state, height));

/** The last line that the body can begin with. */
const furthest = (state: WatchState, height: number): number =>
  Math.max(0, (state.report ? reportLines(state.report).length : 0) - height);

/** Tells each report as it comes; the answer ends that. */
function follow(reports: StatusOptions['reports'], tell: (event: WatchEvent) => void): () => void {
  let here = true;
  const all = async (): Promise<void> => {
    for await (const report of reports) {
      if (!here) return;
      tell({ type: 'report', report });
    }
  };
  all().catch((error: unknown) => tell({ type: 'failed', why: messageOf(error) }));
  return () => {
    here = false;
  };
}

function StatusScreen(props: {
  readonly options: StatusOptions;
  readonly theme: Theme;
  readonly leave: () => void;
}): ReactNode {
  const { options, theme, leave } = props;
  const size = useWindowSize();
  const height = bodyRows(size);
  const [state, tell] = useReducer(watch, { report: undefined, problem: undefined, top: 0, left: false });
  useEffect(() => follow(options.reports, tell), [options]);
  useEffect(() => {
    if (state.left) leave();
  }, [state.left, leave]);
  useInput((input, key) => {
    for (const one of keysOf(input, key)) tell({ type: 'key', key: one, height });
  });
  const lines = state.report ? reportLines(state.report) : ['Asking the site how it is.'];
  const top = topOf(state, height);
  return (
    <ThemeContext value={theme}>
      <Frame
        size={size}
        head={`kloudspot status · site ${options.site}`}
        rehearsal={options.rehearsal}
        where={state.report ? 'live' : ''}
        progress={[]}
        message={state.problem === undefined ? undefined : { grade: 'fail', text: state.problem }}
        keys={hintsOf(watchKeys(state, height), theme.glyphs)}
      >
        <ReportText lines={lines.slice(top, top + height)} first={top} report={state.report} />
      </Frame>
    </ThemeContext>
  );
}

const verdictGrades = { ok: 'pass', degraded: 'warn', unknown: 'warn', down: 'fail' } as const;

function ReportText(props: {
  readonly lines: readonly string[];
  readonly first: number;
  readonly report: StatusReport | undefined;
}): ReactNode {
  const grade = props.report ? verdictGrades[props.report.verdict] : 'plain';
  // A line of the report has no other name than its place.
  const keyed = props.lines.map((text, place) => ({
    key: String(props.first + place),
    text,
    head: props.first + place === 0,
  }));
  return (
    <Box flexDirection="column" flexShrink={0}>
      {keyed.map((line) => (
        <Line key={line.key} text={` ${line.text}`} as={line.head ? grade : 'plain'} bold={line.head} />
      ))}
    </Box>
  );
}
