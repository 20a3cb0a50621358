import { expect, test } from 'vitest';
import { fields } from '../../source/site/fields.ts';

const label = (length: number) => 'a'.repeat(length);

test.each([
  ['spot.example.org', true],
  [`${label(63)}.example.org`, true],
  [`${label(64)}.example.org`, false],
  [`spot.${label(64)}`, false],
  ['-spot.example.org', false],
  ['Spot.example.org', false],
])('%s', (name, right) => {
  expect(fields.dnsName.safeParse(name).success).toBe(right);
});
