import { isMapping } from './mapping.ts';

/** A place at which two trees of JSON or YAML differ. */
export interface Difference {
  /** Keys from the root, separated by dots. */
  readonly path: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** Where two trees differ, in the order of the first one. `keyed`: how a value is looked into, such as a list as its entries by name. */
export function treeDifferences(
  was: unknown,
  is: unknown,
  keyed: (value: unknown) => unknown = (value) => value,
  path = '',
): Difference[] {
  const [before, after] = [keyed(was), keyed(is)];
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      treeDifferences(before[key], after[key], keyed, path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ path, was, is }];
}
