import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { blockYaml, libraryYaml } from '../../source/site/block-yaml.ts';

const word = fc.oneof(
  fc.constantFrom(
    'eth0',
    '10.8.0.21/16',
    '52:54:00:12:34:56',
    'aa:bb',
    'yes',
    'on',
    '0777',
    '12:30',
    '1e3',
    '.5',
    '-',
    '',
    'a b',
    'a\nb',
    '---',
    '<<',
    '=',
    'ü',
    'a:',
    'null',
    '~',
    '2026-01-01',
    '0x1f',
    '1_000',
    'default',
    '--node-ip',
  ),
  fc.string({ maxLength: 12 }),
);
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.double(), fc.constant(undefined));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
}));
const plainWord = fc.stringMatching(/^-{0,3}[a-z0-9][a-z0-9.:/-]{0,12}[a-z0-9]$/);
const { plain } = fc.letrec((tie) => ({
  plain: fc.oneof(
    { depthSize: 'medium' },
    plainWord,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('plain'), { maxLength: 4 }),
    fc.dictionary(plainWord, tie('plain'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const said = (path: readonly string[]) =>
  path.length === 2 ? `is ${path.join('.')}`.replace(/[^ -~]/g, '?') : undefined;

it('anything is written as the library writes it', () => {
  fc.assert(
    fc.property(fc.dictionary(word, fc.oneof(value, plain)), (record) => {
      expect(blockYaml(record)).toBe(libraryYaml(record));
    }),
    { numRuns: 1_000 },
  );
});

it('plain words with remarks above their keys too, and they are read back as they were', () => {
  fc.assert(
    fc.property(fc.dictionary(plainWord, plain, { noNullPrototype: true }), (record) => {
      expect(blockYaml(record, said)).toBe(libraryYaml(record, said));
      expect(parse(blockYaml(record), { version: '1.1' })).toEqual(record);
    }),
    { numRuns: 1_000 },
  );
});

it('what is met twice is an alias, as the library writes it', () => {
  const shared = { addresses: ['10.0.0.1'] };
  expect(blockYaml({ one: shared, other: shared })).toBe(libraryYaml({ one: shared, other: shared }));
});
