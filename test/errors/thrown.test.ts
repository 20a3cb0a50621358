import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeOf, isMissing, messageOf } from '../../source/errors/thrown.ts';

const caught = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};

it('tells a file that is missing from one that cannot be read', () => {
  expect(isMissing(caught(() => readFileSync('/no/such/file')))).toBe(true);
  const folder = caught(() => readFileSync('/'));
  expect(isMissing(folder)).toBe(false);
  expect(codeOf(folder)).toBe('EISDIR');
});

it('finds words for whatever was thrown', () => {
  expect(messageOf(new TypeError('not a list'))).toBe('not a list');
  expect(messageOf('just a text')).toBe('just a text');
  expect(codeOf('just a text')).toBeUndefined();
});
