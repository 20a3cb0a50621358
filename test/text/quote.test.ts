import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, quote } from '../../source/text/quote.ts';

/** What a real shell makes of a line that prints its arguments. */
function heard(shell: string, words: readonly string[]): string[] {
  const line = commandLine(['printf', '%s\\0', ...words]);
  return execFileSync(shell, ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const awkward = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;~# \t\n\r=-%a') }),
);
const word = awkward.filter((text) => !text.includes('\0') && text.isWellFormed());

describe('quote', () => {
  test.each(['sh', 'bash'])('%s hears every word as it was written', (shell) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), (words) => {
        expect(heard(shell, words)).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });

  test.each([
    ['plain/word-1.2', 'plain/word-1.2'],
    ['', "''"],
    ["it's", `'it'"'"'s'`],
    ['a\\b', `'a'"\\\\"'b'`],
    ['$HOME', "'$HOME'"],
  ])('%j becomes %s', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  test('a command whose name looks like an assignment is no assignment', () => {
    expect(commandLine(['a=b', 'c=d'])).toBe("'a=b' c=d");
  });

  test('what no shell can carry is refused', () => {
    expect(() => quote('a\0b')).toThrow(TypeError);
    expect(() => commandLine([])).toThrow(TypeError);
  });
});
