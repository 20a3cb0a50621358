import { expect, it } from 'vitest';
import { defined } from '../../source/text/defined.ts';

it('leaves out the keys whose value is undefined, and no others', () => {
  const values = defined({ none: undefined, zero: 0, empty: '', no: false, nothing: null });
  expect(values).toStrictEqual({ zero: 0, empty: '', no: false, nothing: null });
  expect(Object.keys(values)).not.toContain('none');
});
