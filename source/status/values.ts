/** Dotted paths at which two trees of values differ, in the order of the wanted ones. */
export function differences(wanted: unknown, given: unknown, path = ''): string[] {
  if (isTree(wanted) && isTree(given)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(given)]);
    return [...keys].flatMap((key) =>
      differences(Reflect.get(wanted, key), Reflect.get(given, key), path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(wanted) === JSON.stringify(given) ? [] : [path];
}

const isTree = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
