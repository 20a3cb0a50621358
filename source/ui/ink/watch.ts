import { reportLines } from '../../status/lines.ts';
import type { StatusReport } from '../../status/report.ts';
import { type Bindings, hintsOf, pressed } from './widgets/bindings.ts';
import type { FrameParts } from './widgets/frame-lines.ts';
import type { KeyPress } from './widgets/keys.ts';
import { bodyRows, type Size } from './widgets/layout.ts';
import { line, type Spans } from './widgets/spans.ts';
import type { Theme } from './widgets/theme.ts';

/** Before the first report. */
export const unwatched: WatchState = { report: undefined, problem: undefined, top: 0, left: false };

/** What the live status shows. */
export interface WatchState {
  readonly report: StatusReport | undefined;
  readonly problem: string | undefined;
  readonly top: number;
  readonly left: boolean;
}

export type WatchEvent =
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

/** A page of the live status: what stands around it, and its body. */
export function watchPage(
  { site, rehearsal }: { readonly site: string; readonly rehearsal?: string },
  state: WatchState,
  size: Size,
  theme: Theme,
): { readonly parts: FrameParts; readonly body: readonly Spans[] } {
  const height = bodyRows(size);
  const { report, problem } = state;
  const top = topOf(state, height);
  const lines = report ? reportLines(report) : ['Asking the site how it is.'];
  const grade = report ? verdictGrades[report.verdict] : 'plain';
  return {
    parts: {
      size,
      head: `kloudspot status · site ${site}`,
      rehearsal,
      where: report ? 'live' : '',
      progress: [],
      message: problem === undefined ? undefined : { grade: 'fail', text: problem },
      keys: hintsOf(watchKeys(state, height), theme.glyphs),
    },
    body: lines.slice(top, top + height).map((text, row) => {
      const isHead = top + row === 0;
      return line(theme, ` ${text}`, isHead ? grade : 'plain', isHead);
    }),
  };
}

const verdictGrades = { ok: 'pass', degraded: 'warn', unknown: 'warn', down: 'fail' } as const;
