import { cellsOf, clipped, commandsOf, wrapped } from '../../../text/width.ts';

/** One thing that a page says. */
export interface Message {
  /** `item`: one of a list. */
  readonly mark: 'pass' | 'warn' | 'fail' | 'running' | 'plain' | 'item';
  readonly text: string;
  /** What to do. It may hold commands, so it is shown whole or not at all. */
  readonly remedy?: string | undefined;
}

/** Messages as lines that fit. */
export interface FittedMessages {
  readonly lines: readonly {
    readonly mark: Message['mark'] | 'none';
    readonly as: Message['mark'];
    readonly text: string;
  }[];
  /** Something was left out: `m` shows it. */
  readonly cut: boolean;
}

/** Every line that a message takes when nothing is left out. */
export const wholeText = (message: Message): string =>
  message.remedy === undefined ? message.text : `${message.text} ${message.remedy}`;

const textWidth = (width: number): number => Math.max(10, width - 4);

export const wholeHeight = (messages: readonly Message[], width: number): number =>
  messages.reduce((sum, message) => sum + wrapped(wholeText(message), textWidth(width)).length, 0);

/**
 * The messages in at most `rows` lines. Where they do not all fit, each says in two lines, or in one, what is wrong before any says
 * more; what is left out is marked, and remedies are never cut. `opens`: how all of them are opened.
 */
export function fitMessages(
  messages: readonly Message[],
  width: number,
  rows: number,
  opens = 'm shows all',
): FittedMessages {
  const cells = textWidth(width);
  const whole = messages.map((message) => wrapped(wholeText(message), cells));
  if (wholeHeight(messages, width) <= rows) return { lines: linesOf(messages, whole), cut: false };
  const inLines = (most: number) => messages.map((message) => shortened(message, cells, most));
  const short = [inLines(2), inLines(1)].find((texts) => heightOf(texts) <= rows) ?? inLines(1);
  const kept = fitting(short, rows);
  let spare = rows - (kept < messages.length ? 1 : 0) - heightOf(short.slice(0, kept));
  const chosen = short.slice(0, kept).map((lines, index) => {
    const full = whole[index] ?? lines;
    if (full.length - lines.length > spare) return lines;
    spare -= full.length - lines.length;
    return full;
  });
  const more = messages.length - kept;
  const rest = more > 0 ? [{ mark: 'none' as const, as: 'plain' as const, text: `${more} more: ${opens}` }] : [];
  return { lines: [...linesOf(messages, chosen), ...rest], cut: true };
}

const heightOf = (texts: readonly (readonly string[])[]): number => texts.reduce((sum, lines) => sum + lines.length, 0);

/** How many messages fit in short, with a line for saying that there are more. */
function fitting(short: readonly (readonly string[])[], rows: number): number {
  if (heightOf(short) <= rows) return short.length;
  let kept = 0;
  while (kept < short.length && heightOf(short.slice(0, kept + 1)) < rows) kept += 1;
  return kept;
}

/** At most so many lines of what is wrong, with a mark where something is left out. None ends in a command: it goes as a whole, or all stays. */
function shortened(message: Message, cells: number, most: number): readonly string[] {
  const lines = wrapped(message.text, cells);
  if (lines.length <= most && message.remedy === undefined) return lines;
  const kept = lines.slice(0, most);
  const short = [...kept.slice(0, -1), withMark(kept.at(-1) ?? '', cells)];
  const cut = commandCutBy(message.text, short);
  if (cut === undefined) return short;
  const before = message.text.slice(0, cut).trimEnd();
  if (before === '') return message.remedy === undefined ? lines : [...lines, '…'];
  return shortened({ ...message, text: before, remedy: '' }, cells, most);
}

/** Where a command begins that these lines, the beginning of a text and a mark, break off in. */
function commandCutBy(text: string, lines: readonly string[]): number | undefined {
  const shown = lines.join('').replaceAll(/[ …]/g, '').length;
  const ink = (end: number): number => text.slice(0, end).replaceAll(' ', '').length;
  return commandsOf(text).find(({ start, end }) => ink(start) < shown && shown < ink(end))?.start;
}

const withMark = (line: string, cells: number): string =>
  cellsOf(line) + 2 <= cells ? `${line} …` : clipped(`${line} …`, cells);

function linesOf(messages: readonly Message[], texts: readonly (readonly string[])[]): FittedMessages['lines'] {
  return texts.flatMap((lines, index) => {
    const as = messages[index]?.mark ?? 'plain';
    return lines.map((text, line) => ({ mark: line === 0 ? as : ('none' as const), as, text }));
  });
}

/** The lines of a failure as messages. */
export const problemMessages = (lines: readonly string[]): readonly Message[] =>
  lines.map((text, index) => ({ mark: index === 0 ? 'fail' : 'plain', text }));
