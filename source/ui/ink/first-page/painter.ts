import { styleText } from 'node:util';
import { type FrameParts, pageLines } from '../widgets/frame-lines.ts';
import { isTooSmall, type Size } from '../widgets/layout.ts';
import type { Span, Spans } from '../widgets/spans.ts';
import { asciiOutput, type Theme, type ThemeOptions, themeOf, tone } from '../widgets/theme.ts';
import { overPage } from './take-over.ts';

const esc = '\u001b';
/** The way onto an empty screen of its own, without a cursor. */
export const intoAlternateScreen = `${esc}[?1049h${esc}[?25l${esc}[H`;
/** What undoes the way onto the alternate screen where nothing takes over. */
export const backFromScreen = `${esc}[?25h${esc}[?1049l`;

/** Draws pages before Ink is there. */
export interface Painter {
  readonly theme: Theme;
  /** A whole page in plain escapes, over what is on the screen: what Ink draws of it. */
  readonly paint: (parts: FrameParts, body: readonly Spans[]) => string;
}

/** Undefined: this terminal is left to Ink. */
export function painterOf(options: ThemeOptions, size: Size): Painter | undefined {
  const looks = looksOf(process.env, process.argv);
  if (looks === undefined || isTooSmall(size)) return undefined;
  const theme = themeOf(options);
  const write = looks === 'none' ? textOf : (spans: Spans) => written(theme, spans);
  return {
    theme,
    paint(parts, body) {
      const page = pageLines(theme, parts, body).map(write).join('\n');
      return overPage(theme.ascii ? asciiOutput(page) : page, size.columns);
    },
  };
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
