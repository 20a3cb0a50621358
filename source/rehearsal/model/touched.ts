/** Keys of what was handed out to be changed, for each record or list of the model. Beside the model: what is saved holds none of it. */
const touched = new WeakMap<object, Set<string>>();

/** Notes that what has this key in a part of the model is changed, made or removed: the next save looks at it. */
export function touch(part: object, key: string): void {
  const keys = touched.get(part);
  if (keys === undefined) touched.set(part, new Set([key]));
  else keys.add(key);
}

/** The keys that were noted since they were taken. */
export function touchedIn(part: object): ReadonlySet<string> {
  return touched.get(part) ?? new Set();
}

/** The keys that were noted since the last time. */
export function takeTouched(part: object): ReadonlySet<string> {
  const keys = touchedIn(part);
  touched.delete(part);
  return keys;
}
