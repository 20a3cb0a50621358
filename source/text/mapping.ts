/** Whether data of JSON or YAML has keys: an object that is not a list. */
export function isMapping(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
