import { reportLines } from '../../status/lines.ts';
import type { StatusReport } from '../../status/report.ts';
import { folded } from '../../text/width.ts';
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
  | { readonly type: 'key'; readonly key: KeyPress; readonly size: Size };

export function watch(state: WatchState, event: WatchEvent): WatchState {
  if (event.type === 'report') return { ...state, report: event.report, problem: undefined };
  if (event.type === 'failed') return { ...state, problem: event.why };
  return pressed(watchKeys(state, event.size), event.key) ?? state;
}

/** The keys of the live status on a screen of this size. */
function watchKeys(state: WatchState, size: Size): Bindings<WatchState> {
  const height = bodyRows(size);
  const most = furthest(state, size);
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
export const topOf = (state: WatchState, size: Size): number => Math.min(state.top, furthest(state, size));

/** The last line that the body can begin with. */
const furthest = (state: WatchState, size: Size): number =>
  Math.max(0, linesOf(state.report, size).length - bodyRows(size));

/** The report broken between words: nothing of it is cut, and a command stays in one line where it fits. */
const linesOf = (report: StatusReport | undefined, { columns }: Size): readonly string[] =>
  report === undefined
    ? ['Asking the site how it is.']
    : reportLines(report).flatMap((text) => folded(text, columns - 2, '  '));

/** A page of the live status: what is around it, and its body. */
export function watchPage(
  { site, rehearsal }: { readonly site: string; readonly rehearsal?: string },
  state: WatchState,
  size: Size,
  theme: Theme,
): { readonly parts: FrameParts; readonly body: readonly Spans[] } {
  const height = bodyRows(size);
  const { report, problem } = state;
  const top = topOf(state, size);
  const lines = linesOf(report, size);
  const grade = report ? verdictGrades[report.verdict] : 'plain';
  return {
    parts: {
      size,
      head: `kloudspot status · site ${site}`,
      rehearsal,
      where: report ? 'live' : '',
      progress: [],
      message: problem === undefined ? undefined : { grade: 'fail', text: problem },
      keys: hintsOf(watchKeys(state, size), theme.glyphs),
    },
    body: lines.slice(top, top + height).map((text, row) => {
      const isHead = top + row === 0;
      return line(theme, ` ${text}`, isHead ? grade : 'plain', isHead);
    }),
  };
}

const verdictGrades = { ok: 'pass', degraded: 'warn', unknown: 'warn', down: 'fail' } as const;
