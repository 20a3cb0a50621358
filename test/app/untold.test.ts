import { expect, test } from 'vitest';
import { refuseUntold } from '../../source/app/untold.ts';
import { nothing } from '../../source/status/inside.ts';

const seen = { at: 0, reached: [], machines: [], silent: [], ...nothing, through: 'ks-1' };
const told = { ...seen, releaseAsked: true, workloads: [], pods: [] };

test.each([
  [{ ...told, releaseAsked: false }, 'which releases Helm has installed'],
  [{ ...told, workloads: undefined }, 'the parts of the product'],
  [{ ...told, pods: undefined }, 'the parts of the product'],
])('what the API did not tell is not taken for nothing: %#', (observed, what) => {
  expect(() => refuseUntold(observed)).toThrow(`The cluster answers, but does not tell ${what}.`);
});

test('an answer of nothing is one, and where no manager answers another message says so', () => {
  expect(() => refuseUntold(told)).not.toThrow();
  expect(() => refuseUntold({ ...seen, through: undefined })).not.toThrow();
});
