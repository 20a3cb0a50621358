import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns } from '../../source/text/table.ts';
import {
  cellsOf,
  clipped,
  clippedStart,
  filled,
  fitted,
  folded,
  printed,
  signsOf,
  wrapped,
} from '../../source/text/width.ts';

/** Written with combining marks: e and U+0301. */
const accented = 'Se\u0301ne\u0301gal';
const names = ['東京データセンター', accented, '👨‍👩‍👧 家族', 'Rack 2', '데이터', '🇩🇪 Kiel'];

describe('cells', () => {
  it.each([
    ['Rack 2', 6],
    ['東京', 4],
    [accented, 7],
    ['👨‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['', 0],
  ])('%s takes %i', (text, cells) => expect(cellsOf(text)).toBe(cells));

  it('cuts at a whole sign and marks the cut', () => {
    expect(clipped('東京データセンター', 12)).toBe('東京データ…');
    expect(clipped(accented, 4)).toBe('Se\u0301n…');
    expect(clipped('abc', 3)).toBe('abc');
  });

  it('counts an accent and its letter as one sign', () => {
    expect(signsOf(accented)).toHaveLength(7);
    expect(signsOf('👨‍👩‍👧')).toHaveLength(1);
  });

  it('fills, fits and wraps any text to the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
        const plain = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
        expect(cellsOf(clipped(plain, width))).toBeLessThanOrEqual(width);
        expect(cellsOf(fitted(plain, width))).toBe(width);
        const fits = (line: string) => cellsOf(line) <= width || signsOf(line).length === 1;
        expect(wrapped(plain, width).filter((line) => !fits(line))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

it('of a path the end is kept', () => {
  expect(clippedStart('/var/lib/kloudspot/values.yaml', 12)).toBe('…values.yaml');
  expect(clippedStart('/東京/データ', 8)).toBe('…/データ');
  expect(clippedStart('/etc', 12)).toBe('/etc');
});

describe('a command', () => {
  const text = 'Set it in site.yaml, then  kloudspot update --root=/srv/a';
  it('is not broken where it fits on a line of its own', () => {
    expect(wrapped(text, 32)).toEqual(
      ['Set it in site.yaml, then ', 'kloudspot update --root=/srv/a'].map((line) => line.trimEnd()),
    );
    expect(wrapped('Then `sudo kloudspot resume 7f3a` goes on', 30)).toEqual([
      'Then',
      '`sudo kloudspot resume 7f3a`',
      'goes on',
    ]);
  });
  it('is not seen where a namespace or a release has the name of the program', () => {
    expect(wrapped('the secret of namespace kloudspot is there', 33)).toEqual([
      'the secret of namespace kloudspot',
      'is there',
    ]);
    expect(wrapped('Update release kloudspot is done now', 28)).toEqual(['Update release kloudspot is', 'done now']);
  });
  it('that is longer than the screen is left to the terminal where it is printed', () => {
    const line = `  ${text}  shows`;
    expect(printed(line, 20)).toContain('  kloudspot update --root=/srv/a');
    expect(printed('The settings are in /var/lib/kloudspot/etc/site.yaml', 24)).toEqual([
      'The settings are in',
      '/var/lib/kloudspot/etc/site.yaml',
    ]);
    for (const one of wrapped(text, 20)) expect(cellsOf(one)).toBeLessThanOrEqual(20);
  });
});

describe('lines on a screen', () => {
  it('go on behind their label', () => {
    expect(folded('  stays:  14 volumes with their data', 24)).toEqual([
      '  stays:  14 volumes',
      '          with their',
      '          data',
    ]);
  });

  it('break between words, the rest under the beginning of the text', () => {
    expect(folded('  - Give the group another name', 16)).toEqual(['  - Give the', '    group', '    another name']);
    expect(folded('a node', 16)).toEqual(['a node']);
  });
  it('go further in where that is wanted', () => {
    expect(folded('run this command', 12, '  ')).toEqual(['run this', '  command']);
  });
  it('never pass the edge', () => {
    fc.assert(
      fc.property(
        fc.lorem({ maxCount: 20 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 8, max: 60 }),
        (text, by, width) => folded(' '.repeat(by) + text, width, '  ').every((line) => cellsOf(line) <= width),
      ),
    );
  });
});

describe('tables', () => {
  const at = (line: string, text: string) => cellsOf(line.slice(0, line.indexOf(text)));

  it('line up whatever the script', () => {
    const lines = columns(names.map((name, index) => [`ks-${index}`, name, 'manager']));
    expect(new Set(lines.map((line) => at(line, 'manager'))).size).toBe(1);
  });
  it('line up cut or filled, as the pages draw them', () => {
    const lines = names.map((name) => `${fitted(name, 11)}  manager`);
    expect(new Set(lines.map((line) => at(line, 'manager')))).toEqual(new Set([13]));
  });
  it('let the last column go on under itself on a narrow screen, and cut nothing', () => {
    const rows = [['disk', 'no: it holds the root file system and cannot be used']];
    expect(columns(rows, 32)).toEqual(['disk  no: it holds the root file', '      system and cannot be used']);
    expect(columns(rows)).toEqual(['disk  no: it holds the root file system and cannot be used']);
  });
  it('fill without cutting', () => expect(filled('東京', 3)).toBe('東京'));
});
