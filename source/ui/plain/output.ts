/** Where lines go. */
export interface PlainOutput {
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

export function say(output: PlainOutput, ...lines: readonly string[]): void {
  for (const line of lines) output.write(`${plainText(line)}\n`);
}
