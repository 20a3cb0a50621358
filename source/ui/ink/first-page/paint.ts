import { styleText } from 'node:util';
import type { StartFacts } from '../../../app/session.ts';
import { startLines } from '../screens/start/page.ts';
import { hintsOf } from '../widgets/bindings.ts';
import { pageLines } from '../widgets/frame-lines.ts';
import { isTooSmall, type Size } from '../widgets/layout.ts';
import type { Span, Spans } from '../widgets/spans.ts';
import { asciiOutput, type Theme, type ThemeOptions, themeOf, tone } from '../widgets/theme.ts';
import { aroundStart } from './around.ts';

const esc = '\u001b';
const intoAlternateScreen = `${esc}[?1049h${esc}[?25l${esc}[H`;
/** What undoes `startScreen` where nothing takes over. */
export const backFromScreen = `${esc}[?25h${esc}[?1049l`;

interface Given extends ThemeOptions {
  readonly start: StartFacts;
  readonly rehearsal: string | undefined;
  readonly canRehearse: boolean;
}

/** The whole start page in plain escapes, on the alternate screen: what Ink draws of the same state. Undefined: left to Ink. */
export function startScreen(given: Given, size: Size): string | undefined {
  const looks = looksOf(process.env, process.argv);
  if (looks === undefined || isTooSmall(size)) return undefined;
  const theme = themeOf(given);
  const start = { ...given.start, index: 0, path: undefined, problem: [], busy: false };
  const body = startLines({ start, draft: {}, canRehearse: given.canRehearse }, size, theme);
  const lines = pageLines(
    theme,
    {
      size,
      head: 'kloudspot init',
      rehearsal: given.rehearsal,
      where: 'Start',
      progress: aroundStart.progress.map((title) => ({ title, mark: 'todo' })),
      message: undefined,
      keys: hintsOf(aroundStart.keys, theme.glyphs),
    },
    body,
  );
  const write = looks === 'none' ? textOf : (spans: Spans) => written(theme, spans);
  const page = intoAlternateScreen + lines.map(write).join('\r\n');
  return theme.ascii ? asciiOutput(page) : page;
}

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
