import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tail } from '../../source/text/tail.ts';

const piece = fc.string({ unit: fc.constantFrom('a', 'ü', '東', '👍', '\n'), maxLength: 12 });

describe('the end of a text', () => {
  test('is its last lines as far as they fit, and what is kept and what is dropped are the whole text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (pieces, size) => {
        const tail = new Tail(size);
        for (const one of pieces) tail.add(one);
        const whole = Buffer.from(pieces.join(''));
        const { bytes, dropped } = tail.read();
        expect(dropped + bytes.length).toBe(whole.length);
        expect(bytes.equals(whole.subarray(dropped))).toBe(true);
        expect(bytes.length).toBeLessThanOrEqual(size);
        expect(bytes.toString()).not.toContain('\ufffd');
        if (whole.length <= size) expect(dropped).toBe(0);
        const room = whole.subarray(-size);
        if (dropped > 0 && room.includes('\n') && room.indexOf('\n') < room.length - 1)
          expect(whole[dropped - 1]).toBe('\n'.charCodeAt(0));
      }),
      { numRuns: 2000 },
    );
  });
});
