import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** How many cells of a terminal a text takes: 2 for a CJK sign or an emoji, 0 for a combining mark. */
export const cellsOf = (text: string): number => (isAscii(text) ? text.length : stringWidth(text));

/** A text in at most `width` cells, with a mark at its end where it is cut. */
export function clipped(text: string, width: number, mark = '…'): string {
  if (cellsOf(text) <= width) return text;
  if (width <= mark.length) return sliced(text, Math.max(0, width));
  return sliced(text, width - mark.length) + mark;
}

/** The end of a text in at most `width` cells, with a mark where its beginning is cut: of a path the end says more. */
export function clippedStart(text: string, width: number, mark = '…'): string {
  const cells = cellsOf(text);
  return cells <= width
    ? text
    : mark + (isAscii(text) ? text.slice(mark.length - width) : sliceAnsi(text, cells - width + mark.length));
}

/** A text filled up with spaces to `width` cells; a longer one stays as it is. */
export const filled = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cellsOf(text)));

/** The same with the spaces before the text. */
export const rightAligned = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - cellsOf(text))) + text;

/** A text in exactly `width` cells: cut or filled up. */
export const fitted = (text: string, width: number): string => filled(clipped(text, width), width);

/**
 * Lines of at most `width` cells, broken between words, and not inside a command of ours that fits on a line of its own. A word that is
 * longer than a line is broken, too; with `soft` it stays whole, and so does a command: the terminal breaks it, so that it can be copied.
 */
export function wrapped(text: string, width: number, soft = false): readonly string[] {
  if (cellsOf(text) <= width) return [text];
  const held = text.replaceAll(ownCommand, (found) =>
    soft || cellsOf(found) <= width ? found.replaceAll(' ', heldSpace) : found,
  );
  return wrapAnsi(held, Math.max(1, width), { hard: !soft }).replaceAll(heldSpace, ' ').split('\n');
}

/** A command as texts hold it: in backticks, or with two spaces or nothing behind it. A namespace or release may be called as the program. */
const ownCommand = /`[^`]+`|(?<!namespace |release )(?:sudo )?kloudspot(?: [^ ]+)+(?= {2}|$)/g;
/** Where the commands of ours are in a text. */
export const commandsOf = (text: string): readonly { readonly start: number; readonly end: number }[] =>
  [...text.matchAll(ownCommand)].map(({ index, 0: found }) => ({ start: index, end: index + found.length }));

/** Stands for a space at which no line is broken; for private use in Unicode. */
const heldSpace = '\uE000';

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

const sliced = (text: string, width: number): string =>
  isAscii(text) ? text.slice(0, width) : sliceAnsi(text, 0, width);

/**
 * A line as it is printed on a screen of `width` cells: broken between words, the rest under the beginning of its text,
 * behind a label such as `stays:  `, and, with `hanging`, that much further in. With `soft` long words and commands stay whole.
 */
export function folded(line: string, width: number, hanging = '', soft = false): readonly string[] {
  if (cellsOf(line) <= width) return [line];
  const [lead = ''] = /^\s*(?:- |\w+: {2,})?/.exec(line) ?? [];
  const indent = lead.length > width / 2 ? '' : lead;
  const [first = '', ...rest] = wrapped(line.slice(indent.length), width - indent.length - hanging.length, soft);
  return [indent + first, ...rest.map((more) => ' '.repeat(indent.length) + hanging + more)];
}

/** A line as it is printed for a person: see `folded`; what would be copied from it stays whole. */
export const printed = (line: string, width: number): readonly string[] => folded(line, width, '', true);

let segmenter: Intl.Segmenter | undefined;

/** The signs that a person sees: an accent belongs to its letter, the parts of an emoji to one. */
export function signsOf(text: string): readonly string[] {
  if (isAscii(text)) return text.split('');
  // Building one takes 25 ms.
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
