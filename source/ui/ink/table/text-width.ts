/** A text in at most `width` cells, cut with an ellipsis where it is longer. */
export function clipped(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 1 ? characters.slice(0, Math.max(0, width)).join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** The same, filled up with spaces. */
export function cell(text: string, width: number): string {
  const fitted = clipped(text, width);
  return fitted + ' '.repeat(Math.max(0, width - [...fitted].length));
}

/** Words on lines of at most `width` cells. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if ([...longer].length <= width || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((one) => clipped(one, width));
}
