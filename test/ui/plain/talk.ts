import { PassThrough } from 'node:stream';

/** A pipe that answers each question with the next line, and keeps what was printed. */
export function scripted(lines: readonly string[], options: { readonly end?: boolean } = {}) {
  const input = new PassThrough();
  const left = [...lines];
  let text = '';
  const output = {
    write(part: string): void {
      text += part;
      // A question ends without a new line.
      if (part.endsWith(': ')) {
        const next = left.shift();
        if (next !== undefined) setImmediate(() => input.write(`${next}\n`));
        else if (options.end !== false) setImmediate(() => input.end());
      }
    },
  };
  return { io: { input, output }, text: () => text, left };
}
