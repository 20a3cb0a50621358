import { expect, it } from 'vitest';
import { compareVersions } from '../../source/text/versions.ts';

it.each([
  ['22.04', '24.04', -1],
  ['2.9', '2.58', -1],
  ['2.58.1', '2.58', 1],
  ['1.34', '1.34.0', 0],
])('%s beside %s', (left, right, sign) => expect(Math.sign(compareVersions(left, right))).toBe(sign));
