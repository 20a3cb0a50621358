import { printed } from '../../text/width.ts';

/** Where lines go. */
export interface PlainOutput {
  /** Width of a terminal; undefined for a pipe or a file, 0 for a terminal that does not know it. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const spoken: Readonly<Record<string, string>> = {
  '·': '-',
  '→': 'to',
  '…': '...',
  '–': '-',
  '’': "'",
  '⏎': 'Enter',
  '✓': 'ok',
  '✗': 'fails',
};

/** A text for screen readers and serial lines: no control code whatever, no drawing characters. */
export function plainText(text: string): string {
  return text.replaceAll(/[·→…–’⏎✓✗]/gu, (one) => spoken[one] ?? one).replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** Columns to break lines at; undefined where nothing is broken: a pipe, a file, a terminal too narrow or of unknown width. */
export const screenWidth = ({ columns = 0 }: Pick<PlainOutput, 'columns'>): number | undefined =>
  columns < leastWidth ? undefined : columns;

const leastWidth = 20;

/** A question with room for its answer behind it, broken between words at the width of a terminal. */
export function promptText(question: string, output: Pick<PlainOutput, 'columns'>): string {
  const width = screenWidth(output);
  const text = `${plainText(question)}:`;
  // One cell less than the screen, for the space behind the colon.
  return `${(width === undefined ? [text] : printed(text, width - 1)).join('\n')} `;
}

/** Prints lines, broken between words at the width of a terminal. */
export function say(output: PlainOutput, ...lines: readonly string[]): void {
  const width = screenWidth(output) ?? Number.POSITIVE_INFINITY;
  for (const line of lines.flatMap((one) => printed(plainText(one), width))) output.write(`${line}\n`);
}
