import fc from 'fast-check';
import { expect } from 'vitest';
import { Fault } from '../../source/errors/fault.ts';

/** How often each property is tried: a sample in every build, more with FUZZ=1000000 or so in the soak ring. */
export const tries = { numRuns: Number(process.env['FUZZ'] ?? 400), ...(process.env['FUZZ'] ? {} : { seed: 20261 }) };

/** What breaks readers of text: terminal sequences, bidi, aliases, merge keys, prototypes, ends in the middle, depths, huge numbers. */
const nasty = [
  '\u001b]52;c;ZXZpbA==\u0007',
  '\u009b2J',
  '\u202e',
  '\u0000',
  '\ufeff',
  '\ud800',
  '*a',
  '&a [*a]',
  '<<: *a',
  '__proto__: {x: 1}',
  '"constructor"',
  '\n- - - -\n',
  '{{{{[[[[',
  '"',
  "'",
  ': ',
  '#',
  '!!binary x',
  '!!js/function x',
  '1e999',
  '-0',
  'NaN',
  '99999999999999999999',
  '2026-13-45T99:99:99Z',
  '0.0.0.0/33',
  '::1',
  'null',
  '\t',
  '\r\n',
  '%',
  '\\',
  '${x}',
];

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 40 }),
  put: fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 8 }), fc.constant('')),
});

/** A text that was right, after some cuts and insertions. */
export const damaged = (...texts: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 5 })).map(([text, edits]) =>
    edits.reduce((changed, { at, length, put }) => {
      const from = Math.floor(at * changed.length);
      return changed.slice(0, from) + put + changed.slice(from + length);
    }, text),
  );

/** What was thrown must be in an operator's words. */
async function orFault(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.message).not.toMatch(/\bundefined\b|\[object/);
  }
}

/** Whatever is damaged in the texts, it is read or refused in an operator's words. */
export async function hold(texts: readonly string[], read: (text: string) => unknown): Promise<void> {
  await fc.assert(
    fc.asyncProperty(damaged(...texts), (text) => orFault(() => read(text))),
    tries,
  );
}
