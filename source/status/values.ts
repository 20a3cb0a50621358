import { isMapping } from '../text/mapping.ts';

/** Dotted paths at which two trees of values differ, in the order of the wanted ones. */
export function differences(wanted: unknown, given: unknown, path = ''): string[] {
  if (isMapping(wanted) && isMapping(given)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(given)]);
    return [...keys].flatMap((key) => differences(wanted[key], given[key], path === '' ? key : `${path}.${key}`));
  }
  return JSON.stringify(wanted) === JSON.stringify(given) ? [] : [path];
}
