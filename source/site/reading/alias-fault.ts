import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';

/** An alias that no data can be made of, at its place in the text. */
export interface AliasFault {
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
}

/** Whether a pair is `<<`, which takes over the keys of what an alias stands for. */
export function isTakeOver({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<';
}

/** What each alias of a document stands for; one whose anchor does not come before it is left out. */
export function aliasSources(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const sources = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const source = anchors.get(alias.source);
      if (source) sources.set(alias, source);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return sources;
}

/** The first alias that leads nowhere, into itself, or to something that `<<` cannot take keys from. */
export function aliasFault(document: Document): AliasFault | undefined {
  const sources = aliasSources(document);
  const faults: AliasFault[] = [];
  visit(document, {
    Alias: (_, alias, above) => {
      const source = sources.get(alias);
      const fault = source === undefined ? leadsNowhere(alias) : above.includes(source) ? leadsIntoItself : undefined;
      if (fault) faults.push({ ...fault, offset: alias.range?.[0] ?? 0 });
      return fault && visit.BREAK;
    },
    Pair: (_, pair) => {
      if (!isTakeOver(pair)) return undefined;
      const given = isSeq(pair.value) ? pair.value.items : [pair.value];
      const wrong = given.find((one) => (isAlias(one) ? sources.has(one) && !isMap(sources.get(one)) : !isMap(one)));
      if (wrong !== undefined) faults.push({ ...takesNothing, offset: (isNode(wrong) && wrong.range?.[0]) || 0 });
      return wrong === undefined ? undefined : visit.BREAK;
    },
  });
  return faults[0];
}

const leadsNowhere = ({ source }: Alias) => ({
  found: `*${source} is an alias of nothing`,
  expected: `&${source} before it`,
});
const leadsIntoItself = { found: 'an alias stands inside what it stands for', expected: 'an alias of something else' };
const takesNothing = { found: '<< without keys to take over', expected: 'keys and values, or an alias of some' };
