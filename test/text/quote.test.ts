import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, loginLine, quote } from '../../source/text/quote.ts';

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

const shells = ['sh', 'bash', 'zsh', 'fish', 'tcsh'].filter((shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0);

describe('a line for any login shell', () => {
  test.each(shells)('%s hands every word on as it was written', (shell) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const line = loginLine(['printf', '%s\\0', ...words]);
        const said = execFileSync(shell, ['-c', line], { encoding: 'utf8' });
        expect(said.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });
});

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

  test('a command whose name looks like an assignment is not an assignment', () => {
    expect(commandLine(['a=b', 'c=d'])).toBe("'a=b' c=d");
  });

  test('what no shell can carry is refused', () => {
    expect(() => quote('a\0b')).toThrow(TypeError);
    expect(() => commandLine([])).toThrow(TypeError);
  });
});
