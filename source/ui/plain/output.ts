import { folded } from '../../text/width.ts';

/** Where lines go. */
export interface PlainOutput {
  /** Width of a terminal; undefined for a pipe or a file. */
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

/** Prints lines, broken between words at the width of a terminal. */
export function say(output: PlainOutput, ...lines: readonly string[]): void {
  const width = output.columns ?? Number.POSITIVE_INFINITY;
  for (const line of lines.flatMap((one) => folded(plainText(one), width))) output.write(`${line}\n`);
}
