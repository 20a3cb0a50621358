import { PassThrough } from 'node:stream';

/** What is answered to a question, and to the same one again; the last answer stays. None: the input ends. */
export type Answers = Readonly<Record<string, string | readonly string[]>>;

/**
 * The answer to each question by the words that it holds, and Enter for every other: a question more needs no test, and one that Enter
 * does not answer needs its own line.
 */
export function byQuestion(answers: Answers): (question: string) => string | undefined {
  const asked = new Map<string, number>();
  return (question) => {
    const words = question.replace(/ \[[^\]]*\]$/, '');
    const times = (asked.get(words) ?? 0) + 1;
    asked.set(words, times);
    const [, answer] = Object.entries(answers).find(([part]) => question.includes(part)) ?? [];
    if (answer === undefined && times > 3) throw new Error(`Enter does not answer: ${question}`);
    return typeof answer === 'string' || answer === undefined ? (answer ?? '') : answer[times - 1];
  };
}

/** A pipe that answers each question, line by line or by its words, and keeps what was printed. */
export function scripted(
  lines: readonly string[] | ReturnType<typeof byQuestion>,
  options: { readonly end?: boolean } = {},
) {
  const input = new PassThrough();
  const left = typeof lines === 'function' ? [] : [...lines];
  let text = '';
  const output = {
    write(part: string): void {
      text += part;
      // A question ends without a new line.
      if (part.endsWith(': ')) {
        const next = typeof lines === 'function' ? lines(part.split('\n').at(-1)?.slice(0, -2) ?? '') : left.shift();
        if (next !== undefined) setImmediate(() => input.write(`${next}\n`));
        else if (options.end !== false) setImmediate(() => input.end());
      }
    },
  };
  return { io: { input, output }, text: () => text, left };
}
