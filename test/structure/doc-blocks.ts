/** A fenced block of a document. */
export interface Block {
  /** What is behind the fence: `sh`, `yaml`, or nothing. */
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
  return blocksOf(text).flatMap(({ language, lines, line }) =>
    lines.flatMap((whole, index) => {
      const isCommand = language !== 'console' || whole.startsWith('$ ');
      const command = whole
        .replace(/^\$ /, '')
        .replace(/ {2,}.*$| \| .*$/, '')
        .trim();
      if (!isCommand || !/^(sudo )?(bin\/)?kloudspot /.test(command) || /[[\]|…]/.test(command)) return [];
      return [{ words: command.split(/\s+/), line: line + index }];
    }),
  );
}

/** The summary of usage of a verb on its page: lines of a `text` block from the verb on, with those that continue them. */
export function usagesIn(text: string, verb: string): string {
  const lines = blocksOf(text).flatMap((block) => (block.language === 'text' ? block.lines : []));
  const belongs = (line: string, index: number): boolean =>
    line.startsWith(`kloudspot ${verb}`) || (line.startsWith(' ') && belongs(lines[index - 1] ?? '', index - 1));
  return lines.filter(belongs).join('\n');
}

/** The commands of `console` blocks, each behind `$`, with the lines that are below it. */
export function consolesIn(text: string): readonly { readonly command: string; readonly lines: readonly string[] }[] {
  return blocksOf(text)
    .filter(({ language }) => language === 'console')
    .flatMap(({ lines }) =>
      `\n${lines.join('\n')}`
        .split('\n$ ')
        .slice(1)
        .map((one) => one.split('\n'))
        .map(([command = '', ...rest]) => ({ command, lines: rest })),
    );
}
