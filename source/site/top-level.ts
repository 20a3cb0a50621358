/** The first line of a key that holds a list or a mapping of its own. */
const nested = /^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?$/m;

/**
 * Plain texts at the top of a YAML file, such as a site's name, by key, without the cost of reading all of it: what stands before the
 * first nested key is a YAML file of its own. A key without a text is missing. Throws where the text is not YAML.
 */
export async function topTexts(text: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  // Loading the parser takes longer than anything else here, so a file that says nothing needs none.
  if (text === '') return new Map();
  const { parse } = await import('yaml');
  const textsIn = (part: string): ReadonlyMap<string, string> =>
    new Map(keys.flatMap((key) => pair(parse(part, { logLevel: 'error' }), key)));
  const end = text.search(nested);
  const first = end === -1 ? undefined : textsIn(text.slice(0, end));
  return first?.size === keys.length ? first : textsIn(text);
}

function pair(data: unknown, key: string): [string, string][] {
  if (typeof data !== 'object' || data === null) return [];
  const value: unknown = Object.entries(data).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? [[key, value]] : [];
}
