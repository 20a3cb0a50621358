import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, parseSafeJson, safeLine, safeText, visible } from '../../source/text/safe-text.ts';

const esc = '\u001b';

describe('text for a terminal', () => {
  test.each([
    ['a colour', `${esc}[1;31mred${esc}[0m`, 'red'],
    ['a window title', `${esc}]0;title\u0007text`, 'text'],
    ['the clipboard', `a${esc}]52;c;ZXZpbA==${esc}\\b`, 'ab'],
    ['a body that was cut', `a${esc}]52;c;ZXZ\nnext`, 'a\nnext'],
    ['8-bit forms', 'a\u009b2Jb\u009d52;c;x\u009cc', 'abc'],
    ['a device control string', `${esc}Pq#0${esc}\\x`, 'x'],
    ['a reset', `${esc}cx`, 'x'],
    ['bidi', 'a\u202egnp.exe\u202c', 'agnp.exe'],
    ['line separators', 'a\u2028b', 'ab'],
    ['bells and backspaces', 'a\u0007\bb', 'ab'],
    ['tabs, breaks and other alphabets stay', 'a\tb\r\nZürich 東京 👍🏽', 'a\tb\r\nZürich 東京 👍🏽'],
  ])('%s', (_, text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  test('a text that stays as it is names what a terminal acts on', () => {
    expect(visible(`a\t${esc}]52;c;x\u0007\u009b2J\u202eb\r\nZürich`)).toBe(
      'a\t<U+001B>]52;c;x<U+0007><U+009B>2J<U+202E>b<U+000D>\nZürich',
    );
  });

  test('JSON of any text holds it as it is, and nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(esc, 'a', '\u009b', '\u202e', '\u007f', '\n', '\\', '"', 'ü', '👍') }),
        (text) => {
          const json = jsonText({ [text]: [text] }, 1);
          expect(JSON.parse(json)).toEqual({ [text]: [text] });
          expect(safeText(json)).toBe(json);
        },
      ),
    );
  });

  test('a single line has no break', () => {
    expect(safeLine('S1\nS2\r\n\tS3')).toBe('S1 S2 S3');
  });

  test('whatever is in it, nothing is left that a terminal acts on; and what is safe stays as it is', () => {
    const part = fc.constantFrom(
      esc,
      '[',
      ']',
      '52;',
      'c',
      '\u0007',
      '\u009b',
      '\u009d',
      '\u202e',
      '\\',
      'a',
      '\n',
      'P',
      '\u2066',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const safe = safeText(parts.join(''));
        expect(safe).not.toMatch(/[^\P{Cc}\t\n\r]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
        expect(safeText(safe)).toBe(safe);
        expect(safeLine(parts.join(''))).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test('escaped in JSON it is found as well, in keys too', () => {
    const text = JSON.stringify({ model: `X${esc}]52;c;eA==\u0007Y`, [`k${esc}[2J`]: ['a\u202eb', 1, null] });
    expect(parseSafeJson(text)).toEqual({ model: 'XY', k: ['ab', 1, null] });
    expect(parseSafeJson('{"serial":"A\\nB"}', safeLine)).toEqual({ serial: 'A B' });
  });
});
