import { styleText } from 'node:util';
import type { StartFacts } from '../../../app/session.ts';
import { type StartPageState, startLines } from '../screens/start/page.ts';
import { startRows } from '../screens/start/rows.ts';
import { hintsOf } from '../widgets/bindings.ts';
import { pageLines } from '../widgets/frame-lines.ts';
import { isTooSmall, type Size } from '../widgets/layout.ts';
import type { Span, Spans } from '../widgets/spans.ts';
import { asciiOutput, type Theme, type ThemeOptions, themeOf, tone } from '../widgets/theme.ts';
import { aroundStart } from './around.ts';
import { overPage } from './take-over.ts';

const esc = '\u001b';
/** The way onto an empty screen of its own, without a cursor. */
export const intoAlternateScreen = `${esc}[?1049h${esc}[?25l${esc}[H`;
/** What undoes the way onto the alternate screen where nothing takes over. */
export const backFromScreen = `${esc}[?25h${esc}[?1049l`;

interface Given extends ThemeOptions {
  readonly start: StartFacts;
  readonly rehearsal: string | undefined;
  readonly canRehearse: boolean;
}

/** The start page before Ink is there. */
export interface StartScreen {
  /** How many rows the pointer can be on. */
  readonly count: number;
  /** The whole page in plain escapes, over what stands on the screen, with the pointer on that row: what Ink draws of the same state. */
  readonly at: (index: number) => string;
}

/** Undefined: left to Ink. */
export function startScreen(given: Given, size: Size): StartScreen | undefined {
  const looks = looksOf(process.env, process.argv);
  if (looks === undefined || isTooSmall(size)) return undefined;
  const theme = themeOf(given);
  const state = (index: number): StartPageState => ({
    start: { ...given.start, index, path: undefined, problem: [], busy: false },
    draft: {},
    canRehearse: given.canRehearse,
  });
  const write = looks === 'none' ? textOf : (spans: Spans) => written(theme, spans);
  const at = (index: number): string => {
    const page = pageOf(theme, given, size, startLines(state(index), size, theme))
      .map(write)
      .join('\n');
    return overPage(theme.ascii ? asciiOutput(page) : page, size.columns);
  };
  return { count: startRows(state(0)).length, at };
}

const pageOf = (theme: Theme, { rehearsal }: Given, size: Size, body: readonly Spans[]): readonly Spans[] =>
  pageLines(
    theme,
    {
      size,
      head: 'kloudspot init',
      rehearsal,
      where: 'Start',
      progress: aroundStart.progress.map((title) => ({ title, mark: 'todo' })),
      message: undefined,
      keys: hintsOf(aroundStart.keys, theme.glyphs),
    },
    body,
  );

const textOf = (spans: Spans): string => spans.map(({ text }) => text).join('');

const written = (theme: Theme, spans: Spans): string => spans.map((span) => writtenSpan(theme, span)).join('');

function writtenSpan(theme: Theme, { text, as, bold }: Span): string {
  const { color, backgroundColor, dimColor } = tone(theme, as);
  const looks = [
    ...(bold ? (['bold'] as const) : []),
    ...(dimColor ? (['dim'] as const) : []),
    ...(color === undefined ? [] : [color]),
    ...(backgroundColor === undefined ? [] : (['bgYellow'] as const)),
  ];
  return looks.length === 0 ? text : styleText(looks, text, { validateStream: false });
}

/**
 * Which looks Ink's colour library (chalk) sends to this terminal: none at all with `--no-color`, else those that every terminal of
 * these names has. Undefined: its answer takes more than a name.
 */
function looksOf(env: NodeJS.ProcessEnv, words: readonly string[]): 'all' | 'none' | undefined {
  const { TERM = '', COLORTERM, FORCE_COLOR, CI } = env;
  if (FORCE_COLOR !== undefined || CI !== undefined) return undefined;
  if (words.includes('--no-color')) return 'none';
  return COLORTERM || /^(?:xterm|screen|rxvt|vt100|vt220|linux)|-256color$/.test(TERM) ? 'all' : undefined;
}
