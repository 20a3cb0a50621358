import { describe, expect, it } from 'vitest';
import { exampleIsKept, odd, takenIsNotInvalid } from './example-properties.ts';
import { examplesBelow, ownGenerator } from './generated.ts';

const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';
const own = ownGenerator();
const examples = examplesBelow('/');
const generate = (...words: Parameters<NonNullable<typeof own>>) =>
  (own ?? expect.fail('netplan is not installed'))(...words);

describe.skipIf(own === undefined && !required)("netplan's own generator (skipped where it is not installed)", () => {
  it.each(Object.entries(odd))('%s: what it takes is not called invalid', (_, text) =>
    takenIsNotInvalid(generate, text),
  );

  it('there are examples', () => {
    if (required) expect(examples.size).toBeGreaterThan(20);
  });

  describe.skipIf(examples.size === 0 && !required)('of its own examples', () => {
    it.each([...examples])(
      '%s: none is called invalid; only the wanted address changes, or the key is named',
      (name, text) => exampleIsKept(generate, name, text),
    );
  });
});
