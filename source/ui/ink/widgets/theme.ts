import type { Grade } from '../../../site/finding.ts';

export interface ThemeOptions {
  readonly color: boolean;
  readonly ascii: boolean;
}

export interface Theme extends ThemeOptions {
  readonly glyphs: Glyphs;
}

const unicode = {
  pass: '✓',
  warn: '!',
  fail: '✗',
  running: '…',
  none: '–',
  here: '●',
  todo: '○',
  pointer: '❯',
  cursor: '▏',
  dot: '·',
  rule: '─',
  bar: { used: '█', pool: '▓', local: '▒', free: '░', over: '✗' },
  keys: { upDown: '↑↓', leftRight: '←→', enter: '⏎' },
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

/** What carries meaning without colour. */
export type Glyphs = Readonly<typeof unicode>;

const plain: Glyphs = {
  pass: '+',
  warn: '!',
  fail: 'x',
  running: '.',
  none: '-',
  here: '*',
  todo: 'o',
  pointer: '>',
  cursor: '|',
  dot: '-',
  rule: '-',
  bar: { used: '#', pool: '=', local: '+', free: '.', over: 'x' },
  keys: { upDown: 'up/down', leftRight: 'left/right', enter: 'Enter' },
  spinner: ['|', '/', '-', '\\'],
};

export function themeOf(options: ThemeOptions): Theme {
  return { ...options, glyphs: options.ascii ? plain : unicode };
}

export type Tone = Grade | 'running' | 'plain' | 'accent' | 'quiet' | 'badge';

/** Properties of a text, by the names of Ink. */
export interface Style {
  readonly color?: 'green' | 'yellow' | 'red' | 'cyan' | 'blue' | 'black';
  readonly backgroundColor?: 'yellow';
  readonly dimColor?: boolean;
}

/** Text properties for a tone. Colour repeats what a mark says; without colour there is none. */
export function tone(theme: Theme, of: Tone): Style {
  if (!theme.color) return {};
  if (of === 'pass') return { color: 'green' };
  if (of === 'warn') return { color: 'yellow' };
  if (of === 'fail') return { color: 'red' };
  if (of === 'running') return { color: 'cyan' };
  if (of === 'accent') return { color: 'blue' };
  if (of === 'badge') return { color: 'black', backgroundColor: 'yellow' };
  return of === 'quiet' ? { dimColor: true } : {};
}

/** The mark of a grade, or of one in a list. */
export function markOf(theme: Theme, of: Grade | 'running' | 'plain' | 'item'): string {
  if (of === 'item') return theme.glyphs.dot;
  return of === 'plain' ? ' ' : theme.glyphs[of];
}

const inAscii: Readonly<Record<string, string>> = {
  '…': '~',
  '·': '-',
  '–': '-',
  '—': '-',
  '’': "'",
  '“': '"',
  '”': '"',
  '→': '->',
  '↓': 'v',
};

/** ASCII only, for terminals that have nothing else: what is typed into the program's own texts. */
export function asciiText(theme: Theme, text: string): string {
  return theme.ascii ? text.replaceAll(/[^\x20-\x7e]/g, (one) => inAscii[one] ?? '?') : text;
}

/** What is sent to such a terminal, escapes and all: the marks that are set where a line is cut are known only then. */
export const asciiOutput = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes of the terminal are kept.
  text.replaceAll(/[^\x00-\x7f]/g, (one) => inAscii[one] ?? '?');
