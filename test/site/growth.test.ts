import { afterEach, beforeEach, expect, it } from 'vitest';
import { Scalar } from 'yaml';
import { parseSite } from '../../source/site/load.ts';

/** How often the value of a key was read, or that of anything else that the text holds. */
let reads = 0;

beforeEach(() => {
  const values = new WeakMap<object, unknown>();
  Object.defineProperty(Scalar.prototype, 'value', {
    configurable: true,
    get() {
      reads++;
      return values.get(this);
    },
    set(value: unknown) {
      values.set(this, value);
    },
  });
});

afterEach(() => {
  Reflect.deleteProperty(Scalar.prototype, 'value');
});

function readsOf(text: string, problems: number): number {
  reads = 0;
  const parsed = parseSite(text, 'site.yaml');
  expect('problems' in parsed && parsed.problems.length).toBeGreaterThanOrEqual(problems);
  return reads;
}

const unknown = (count: number): string => Array.from({ length: count }, (_, at) => `colour${at}: 1\n`).join('');

it('reads twice as many keys of no meaning by twice the work', () => {
  const once = readsOf(unknown(200), 200);
  expect(once).toBeGreaterThan(200);
  expect(readsOf(unknown(400), 400) / once).toBeLessThan(2.1);
});

it('finds each of many keys that are given twice, by twice the work for twice as many', () => {
  const once = readsOf(unknown(200).repeat(2), 400);
  expect(readsOf(unknown(400).repeat(2), 800) / once).toBeLessThan(2.1);
});
