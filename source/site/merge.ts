import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isMapping } from '../text/mapping.ts';
import { beyondDefault } from './defaults.ts';
import { keysAt } from './reading/known.ts';
import { type DraftValue, type SitePath, siteSchema } from './schema.ts';

/**
 * Makes a parsed `site.yaml` say what `value` says and touches nothing else: comments, blank lines, order, quoting and
 * keys of the operator's own (`x-…`) stay. Keys that only repeat a default are not added.
 */
export function mergeInto(document: Document, value: DraftValue, defaults: DraftValue): void {
  document.contents = merged(document, document.contents, value, defaults, []);
}

function merged(document: Document, old: unknown, value: DraftValue, defaults: DraftValue, path: SitePath): Node {
  if (isMap(old) && isMapping(value)) return mergeMap(document, old, value, defaults, path);
  if (isSeq(old) && Array.isArray(value)) return mergeList(document, old, value, path);
  if (isNode(old) && isDeepStrictEqual(old.toJS(document), value)) return old;
  const fresh = document.createNode(value);
  if (!isNode(old)) return fresh;
  if (isScalar(old) && isScalar(fresh)) keepStyle(old, fresh);
  if (old.commentBefore) fresh.commentBefore = old.commentBefore;
  if (old.comment) fresh.comment = old.comment;
  if (old.spaceBefore) fresh.spaceBefore = true;
  return fresh;
}

function keepStyle(old: Scalar, fresh: Scalar): void {
  if (typeof fresh.value !== 'string') return;
  if (old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE) fresh.type = old.type;
}

function mergeMap(
  document: Document,
  map: YAMLMap,
  value: { [key: string]: DraftValue },
  defaults: DraftValue,
  path: SitePath,
): YAMLMap {
  const wanted = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  if (typeof path.at(-1) === 'string') giveCommentTo(map, map.items[0]?.key);
  const names = new Set(wanted.map(([key]) => key));
  map.items = map.items.filter((pair) => names.has(keyOf(pair)) || keyOf(pair).startsWith('x-') || isEmpty(pair));
  for (const [key, inner] of wanted) {
    const fallback = isMapping(defaults) ? defaults[key] : undefined;
    const pair = map.items.find((candidate) => keyOf(candidate) === key);
    if (pair !== undefined) {
      pair.value = merged(document, pair.value, inner, fallback, [...path, key]);
      continue;
    }
    const rest = beyondDefault(inner, fallback);
    if (rest !== undefined) insert(map, document.createPair(key, rest), keysAt(siteSchema, path));
  }
  return map;
}

/** Behind the nearest key that the schema names before it, so that a new key stands where a reader looks for it. */
function insert(map: YAMLMap, pair: Pair, order: readonly string[]): void {
  const before = order.slice(0, Math.max(order.indexOf(keyOf(pair)), 0));
  const at = map.items.findLastIndex((item) => before.includes(keyOf(item)));
  map.items.splice(order.includes(keyOf(pair)) ? at + 1 : map.items.length, 0, pair);
}

/** Entries are the same when they have the same name or answer at the same place, wherever they are. */
function mergeList(document: Document, list: YAMLSeq, values: readonly DraftValue[], path: SitePath): YAMLSeq {
  giveCommentTo(list, list.items[0]);
  const left = new Set(list.items);
  const pairs = values.map((value) => ({ value, old: takeSame(document, left, value) }));
  const stillAt = (index: number) => {
    const item = list.items[index];
    return left.delete(item) ? item : undefined;
  };
  list.items = pairs.map(({ value, old }, index) =>
    merged(document, old ?? (isMapping(value) ? stillAt(index) : undefined), value, undefined, [...path, index]),
  );
  const [first] = list.items;
  if (isNode(first) && !list.flow) first.spaceBefore = false;
  return list;
}

function takeSame(document: Document, left: Set<unknown>, value: DraftValue): unknown {
  const plain = [...left].map((item) => ({ item, data: isNode(item) ? item.toJS(document) : undefined }));
  const same = (key: string) =>
    plain.find(
      ({ data }) => isMapping(data) && isMapping(value) && value[key] !== undefined && data[key] === value[key],
    );
  const match = plain.find(({ data }) => isDeepStrictEqual(data, value)) ?? same('name') ?? same('reach');
  if (match !== undefined) left.delete(match.item);
  return match?.item;
}

/** The parser gives a comment above the first entry to the whole collection; it goes where that entry goes. */
function giveCommentTo(collection: YAMLMap | YAMLSeq, first: unknown): void {
  if (!collection.commentBefore || collection.flow || !isNode(first)) return;
  first.commentBefore = [collection.commentBefore, first.commentBefore].filter((text) => text).join('\n');
  collection.commentBefore = null;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** A key without a value says nothing; it may stay where it is as the operator's reminder. */
function isEmpty(pair: Pair): boolean {
  return pair.value === null || (isScalar(pair.value) && pair.value.value === null);
}
