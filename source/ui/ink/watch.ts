import { reportLines } from '../../status/lines.ts';
import type { StatusReport } from '../../status/report.ts';
import { counted } from '../../text/plural.ts';
import { folded } from '../../text/width.ts';
import { helpPager } from './store/help-pager.ts';
import { type Bindings, hintsOf, pressed } from './widgets/bindings.ts';
import { pagerBindings } from './widgets/field.ts';
import type { FrameParts } from './widgets/frame-lines.ts';
import type { KeyPress } from './widgets/keys.ts';
import { bodyRows, type Size } from './widgets/layout.ts';
import { type PagerState, pagerHeight } from './widgets/pager/state.ts';
import { line, type Spans } from './widgets/spans.ts';
import type { Theme } from './widgets/theme.ts';

/** Before the first report. */
export const unwatched: WatchState = { report: undefined, problem: undefined, top: 0, help: undefined, left: false };

/** What the live status shows. */
export interface WatchState {
  readonly report: StatusReport | undefined;
  readonly problem: string | undefined;
  readonly top: number;
  /** The help, where it lies over the report. */
  readonly help: PagerState | undefined;
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
  const leave = () => ({ ...state, left: true });
  if (state.help)
    return [...helpKeys(state, state.help, size), { keys: ['^c'], label: 'leave', dropOrder: 9, act: leave }];
  const bindings: Bindings<WatchState> = [
    ...scrollKeys(state, size),
    { keys: ['q', 'escape', '^c'], label: 'leave', dropOrder: 0, act: leave },
  ];
  const help = () => ({
    ...state,
    help: helpPager({ title: 'Live status', text: about, typing: false }, all, size.columns),
  });
  const all: Bindings<WatchState> = [...bindings, { keys: ['?'], label: 'help', dropOrder: 1, act: help }];
  return all;
}

const about =
  'The state of the site. The nodes are queried every 5 seconds; nothing is changed. OK: nothing is missing. DEGRADED: it works, but something is missing. DOWN: the cluster does not answer, or the product cannot work. UNKNOWN: no machine was reached from here.';

function helpKeys(state: WatchState, help: PagerState, size: Size): Bindings<WatchState> {
  const scroll = pagerBindings(help, pagerHeight(bodyRows(size)), (pager) => ({ ...state, help: pager }));
  if (help.typing) return scroll;
  const close = () => ({ ...state, help: undefined });
  return [...scroll, { keys: ['escape', 'q', '?'], label: 'close', dropOrder: 0, act: close }];
}

function scrollKeys(state: WatchState, size: Size): Bindings<WatchState> {
  const height = bodyRows(size);
  const most = furthest(state, size);
  const top = topOf(state, size);
  const to = (wanted: number) => (): WatchState => ({ ...state, top: Math.max(0, Math.min(most, wanted)) });
  const both: Bindings<WatchState> = [
    { keys: ['up', 'down'], label: 'scroll', dropOrder: 1, act: (key) => to(top + (key.name === 'up' ? -1 : 1))() },
  ];
  const up: Bindings<WatchState> = [
    { keys: ['pageUp'], label: 'page up', dropOrder: 4, act: to(top - height) },
    { keys: ['home'], label: 'beginning', dropOrder: 5, act: to(0) },
  ];
  const down: Bindings<WatchState> = [
    { keys: ['pageDown'], label: 'page down', dropOrder: 3, act: to(top + height) },
    { keys: ['end'], label: 'end', dropOrder: 5, act: to(most) },
  ];
  return [...(most > 0 ? both : []), ...(top > 0 ? up : []), ...(top < most ? down : [])];
}

/** The first line on the screen. After a resize the verdict at the top is in view again where all fits. */
export const topOf = (state: WatchState, size: Size): number => Math.min(state.top, furthest(state, size));

/** The last line that the body can begin with. */
const furthest = (state: WatchState, size: Size): number =>
  Math.max(0, linesOf(state.report, size).length - bodyRows(size));

/** The report broken between words: nothing of it is cut, and a command stays in one line where it fits. */
const linesOf = (report: StatusReport | undefined, { columns }: Size): readonly string[] =>
  report === undefined
    ? ['Querying the site.']
    : reportLines(report).flatMap((text) => folded(text, columns - 2, '  '));

/** A page of the live status: what is around it, and its body. */
export function watchPage(
  { site, rehearsal }: { readonly site: string; readonly rehearsal?: string },
  state: WatchState,
  size: Size,
  theme: Theme,
): { readonly parts: FrameParts; readonly body: readonly Spans[] } {
  const height = bodyRows(size);
  const { report } = state;
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
      message: messageOf(state, size),
      keys: hintsOf(watchKeys(state, size), theme.glyphs),
    },
    body: lines.slice(top, top + height).map((text, row) => {
      const isHead = top + row === 0;
      return line(theme, ` ${text}`, isHead ? grade : 'plain', isHead);
    }),
  };
}

/** What went wrong, else how much of the report is out of sight. */
function messageOf(state: WatchState, size: Size): FrameParts['message'] {
  if (state.problem !== undefined) return { grade: 'fail', text: state.problem };
  if (state.help) return undefined;
  const top = topOf(state, size);
  const below = furthest(state, size) - top;
  const words = [
    ...(below > 0 ? [`${counted(below, 'more line')} below`] : []),
    ...(top > 0 ? [`${below > 0 ? top : counted(top, 'more line')} above`] : []),
  ];
  return words.length === 0 ? undefined : { grade: 'plain', text: words.join(', ') };
}

const verdictGrades = { ok: 'pass', degraded: 'warn', unknown: 'warn', down: 'fail' } as const;
