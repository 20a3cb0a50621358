import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadProduct } from '../../source/product/load.ts';
import { gibibyte, wholeExtents } from '../../source/storage/bytes.ts';
import { sharedEngine } from '../../source/storage/engines/engines.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { typedSize } from '../../source/storage/typed-size.ts';
import { healthyFacts, healthySite, healthyStorage } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');

test('a volume of the recommended size carries what it was made for, and one GB less does not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (gib) => {
      const { raw, usable } = sharedEngine('cstor');
      const size = raw(gib * gibibyte);
      expect(size % gibibyte).toBe(0);
      expect(usable(size)).toBeGreaterThanOrEqual(gib * gibibyte);
      expect(usable(size - gibibyte)).toBeLessThan(gib * gibibyte);
    }),
  );
});

test('20 GB need a volume of 27, and 100 GB hold 76', () => {
  expect(sharedEngine('cstor').raw(20 * gibibyte) / gibibyte).toBe(27);
  expect(Math.floor(sharedEngine('cstor').usable(100 * gibibyte) / gibibyte)).toBe(76);
});

test('whole extents never lose a byte and never waste one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.constantFrom(2 ** 20, 4 * 2 ** 20, 32 * 2 ** 20),
      (bytes, extent) => {
        const whole = wholeExtents(bytes, extent);
        expect(whole % extent).toBe(0);
        expect(whole - bytes).toBeGreaterThanOrEqual(0);
        expect(whole - bytes).toBeLessThan(extent);
      },
    ),
  );
});

test('more free space never makes a verdict worse', () => {
  const rank = { ok: 0, tight: 1, short: 2, unknown: 3 };
  const site = healthySite();
  const withFree = (gib: number) => {
    const storage = healthyStorage();
    const volumeGroups = storage.volumeGroups.map((group) => ({ ...group, freeBytes: gib * gibibyte }));
    return estimateStorage({ ...site, nodes: site.nodes.slice(0, 1) }, product, [
      healthyFacts('ks-1', { storage: { ...storage, volumeGroups } }),
    ]);
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 50 }), (free, more) => {
      expect(rank[withFree(free + more).verdict]).toBeLessThanOrEqual(rank[withFree(free).verdict]);
    }),
    { numRuns: 30 },
  );
});

test('the sizes that a remedy names are the largest that fit', () => {
  const site = healthySite();
  const judge = (free: number, volumes: Record<string, number>) => {
    const storage = healthyStorage();
    const volumeGroups = storage.volumeGroups.map((group) => ({
      ...group,
      sizeBytes: 150 * gibibyte,
      freeBytes: free * gibibyte,
    }));
    const facts = healthyFacts('ks-1', { storage: { ...storage, volumeGroups } });
    const wish = { ...site, nodes: site.nodes.slice(0, 1), storage: { ...site.storage, volumes } };
    return estimateStorage(wish, product, [facts]).nodes[0];
  };
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 140 }), fc.integer({ min: 1, max: 100 }), (free, kafka) => {
      const node = judge(free, { kafka });
      for (const remedy of node?.remedies ?? []) {
        const named = /^Reduce Kafka distributed messaging from \d+ to (\d+) GB\.$/.exec(remedy.text);
        if (!named) continue;
        expect(judge(free, { kafka: Number(named[1]) })?.verdict).not.toBe('short');
        expect(judge(free, { kafka: Number(named[1]) + 1 })?.verdict).toBe('short');
      }
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['0', /at least 1 GB/],
  ['-1', /below zero/],
  ['1e9', /digits only/],
  ['10GB', /write 10/],
  ['10 G', /write 10/],
  ['2T', /carries a unit/],
  ['ten', /digits only/],
  ['1000001', /at most 1000000/],
  ['10.5', /write 11/],
  ['2,5', /write 3/],
  ['', /Nothing was typed/],
])('a size of %j is refused in one line that says what to do', (text, problem) => {
  const answer = typedSize(text);
  expect(answer).toEqual({ problem: expect.stringMatching(problem) });
  expect(JSON.stringify(answer)).not.toContain('\\n');
});

test('whole numbers of GB are taken, blanks around them are not minded', () => {
  expect([typedSize('10'), typedSize(' 1 '), typedSize('1000000')]).toEqual([
    { gib: 10 },
    { gib: 1 },
    { gib: 1_000_000 },
  ]);
});
