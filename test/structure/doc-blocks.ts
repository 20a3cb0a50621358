/** A fenced block of a document. */
export interface Block {
  /** What stands behind the fence: `sh`, `yaml`, or nothing. */
  readonly language: string;
  readonly lines: readonly string[];
  /** Number of its first line, from 1. */
  readonly line: number;
}

export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; line: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { language: line.slice(3).trim(), lines: [], line: index + 2 };
  }
  return blocks;
}

/** Calls of the program in the blocks of a document; a comment behind two blanks, and a summary of usage in brackets, are not taken. */
export function commandsIn(text: string): readonly { readonly words: readonly string[]; readonly line: number }[] {
  return blocksOf(text).flatMap(({ lines, line }) =>
    lines.flatMap((whole, index) => {
      const command = whole.replace(/ {2,}.*$/, '').trim();
      if (!/^(sudo )?(bin\/)?kloudspot /.test(command) || /[[\]|…]/.test(command)) return [];
      return [{ words: command.split(/\s+/), line: line + index }];
    }),
  );
}
