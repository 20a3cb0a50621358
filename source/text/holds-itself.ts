/** Whether data is a part of itself, as an alias in YAML can make it: a walk through it would never end. */
export function holdsItself(value: unknown): boolean {
  const above = new Set<object>();
  const seen = new Set<object>();
  const walk = (part: unknown): boolean => {
    if (typeof part !== 'object' || part === null) return false;
    if (above.has(part)) return true;
    if (seen.has(part)) return false;
    seen.add(part);
    above.add(part);
    const found = Object.values(part).some(walk);
    above.delete(part);
    return found;
  };
  return walk(value);
}
