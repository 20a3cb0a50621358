import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descriptionAt, keysAt } from '../../source/site/reading/known.ts';
import { siteSchema } from '../../source/site/schema.ts';
import { nearest } from '../../source/text/nearest.ts';

describe('what the schema says about a place', () => {
  it('finds keys through defaults, lists and unions', () => {
    expect(keysAt(siteSchema, ['storage', 'shared'])).toContain('storageClass');
    expect(keysAt(siteSchema, ['nodes', 3, 'network'])).toContain('gateway');
    expect(keysAt(siteSchema, ['tls'])).toEqual(['mode', 'key', 'certificate']);
    expect(keysAt(siteSchema, ['nowhere', 0])).toEqual([]);
  });

  it('finds descriptions', () => {
    expect(descriptionAt(siteSchema, ['customer', 'dnsName'])).toContain('DNS name');
    expect(descriptionAt(siteSchema, [])).toBeUndefined();
  });
});

describe('the key that was probably meant', () => {
  const keys = Object.keys(siteSchema.shape);

  it.each([
    ['fetures', 'features'],
    ['netwrok', 'network'],
    ['Customer', 'customer'],
    ['node', 'nodes'],
    ['colour', undefined],
    ['x', undefined],
  ])('%s → %s', (typed, meant) => {
    expect(nearest(typed, keys)).toBe(meant);
  });

  it('is not said where two are as likely', () => {
    expect(nearest('ks-9', ['ks-1', 'ks-2', 'ks-3'])).toBeUndefined();
    expect(nearest('ks-9', ['ks-1'])).toBe('ks-1');
  });

  it('is found after any one slip in a word of four letters or more', () => {
    const long = keys.filter((key) => key.length >= 4);
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), fc.constantFrom('q', ''), (key, place, letter) => {
        const at = place % key.length;
        const slipped = key.slice(0, at) + letter + key.slice(at + 1);
        fc.pre(!keys.includes(slipped));
        expect(nearest(slipped, keys)).toBeDefined();
      }),
    );
  });
});
