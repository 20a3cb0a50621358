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
import { Aliases } from './aliases.ts';
import { beyondDefault } from './defaults.ts';
import { isTakeOver } from './reading/alias-fault.ts';
import { keysAt } from './reading/known.ts';
import { type DraftValue, type SitePath, siteSchema } from './schema.ts';

/**
 * Makes a parsed `site.yaml`, which says `said`, say what `value` says and touches nothing else: comments, blank lines, order,
 * quoting, aliases and keys of the operator's own (`x-…`) stay. Keys that only repeat a default are not added.
 */
export function mergeInto(document: Document, said: unknown, value: DraftValue, defaults: DraftValue): void {
  const aliases = new Aliases(document);
  document.contents = merged({ document, aliases }, { node: document.contents, said }, value, defaults, []);
  aliases.settle();
}

interface Edit {
  readonly document: Document;
  readonly aliases: Aliases;
}

/** A part of the document and what it said before the edit: an edit elsewhere may have changed what its aliases stand for. */
interface Old {
  readonly node: unknown;
  readonly said: unknown;
}

function merged(edit: Edit, { node, said }: Old, value: DraftValue, defaults: DraftValue, path: SitePath): Node {
  if (isMap(node) && isMapping(value)) return mergeMap(edit, node, said, value, defaults, path);
  if (isSeq(node) && Array.isArray(value)) return mergeList(edit, node, said, value, path);
  if (isNode(node) && isDeepStrictEqual(said, value)) return node;
  const fresh = edit.document.createNode(value, { aliasDuplicateObjects: false });
  if (!isNode(node)) return fresh;
  if (isScalar(node) && isScalar(fresh)) keepStyle(node, fresh);
  if (node.commentBefore) fresh.commentBefore = node.commentBefore;
  if (node.comment) fresh.comment = node.comment;
  if (node.spaceBefore) fresh.spaceBefore = true;
  return fresh;
}

function keepStyle(old: Scalar, fresh: Scalar): void {
  if (typeof fresh.value !== 'string') return;
  if (old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE) fresh.type = old.type;
}

function mergeMap(
  edit: Edit,
  map: YAMLMap,
  said: unknown,
  value: { [key: string]: DraftValue },
  defaults: DraftValue,
  path: SitePath,
): YAMLMap {
  const wanted = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  if (typeof path.at(-1) === 'string') giveCommentTo(map, map.items[0]?.key);
  const names = new Set(wanted.map(([key]) => key));
  const stays = (key: string): boolean => names.has(key) || key.startsWith('x-');
  const takenOver = edit.aliases.takenOver(map);
  const takesOver = Object.keys(takenOver).every(stays);
  map.items = map.items.filter((pair) => (isTakeOver(pair) ? takesOver : stays(keyOf(pair)) || isEmpty(pair)));
  for (const [key, inner] of wanted) {
    const fallback = isMapping(defaults) ? defaults[key] : undefined;
    const pair = map.items.find((candidate) => keyOf(candidate) === key);
    if (pair !== undefined) {
      pair.value = merged(edit, { node: pair.value, said: valueAt(said, key) }, inner, fallback, [...path, key]);
      continue;
    }
    if (takesOver && isDeepStrictEqual(takenOver[key], inner)) continue;
    const rest = beyondDefault(inner, fallback);
    if (rest !== undefined) insert(map, createPair(edit, key, rest), keysAt(siteSchema, path));
  }
  return map;
}

const valueAt = (said: unknown, key: string): unknown => (isMapping(said) ? said[key] : undefined);

const createPair = ({ document }: Edit, key: string, value: DraftValue): Pair =>
  document.createPair(key, document.createNode(value, { aliasDuplicateObjects: false }));

/** Behind the nearest key that the schema names before it, so that a new key stands where a reader looks for it. */
function insert(map: YAMLMap, pair: Pair, order: readonly string[]): void {
  const before = order.slice(0, Math.max(order.indexOf(keyOf(pair)), 0));
  const at = map.items.findLastIndex((item) => before.includes(keyOf(item)));
  map.items.splice(order.includes(keyOf(pair)) ? at + 1 : map.items.length, 0, pair);
}

/** Entries are the same when they have the same name or answer at the same place, wherever they are. */
function mergeList(edit: Edit, list: YAMLSeq, said: unknown, values: readonly DraftValue[], path: SitePath): YAMLSeq {
  giveCommentTo(list, list.items[0]);
  const saids: readonly unknown[] = Array.isArray(said) ? said : [];
  const before = list.items.map((node, index): Old => ({ node, said: saids[index] }));
  const left = new Set(before);
  const pairs = values.map((value) => ({ value, old: takeSame(left, value) }));
  const stillAt = (index: number) => {
    const item = before[index];
    return item !== undefined && left.delete(item) ? item : undefined;
  };
  list.items = pairs.map(({ value, old }, index) =>
    merged(edit, old ?? ((isMapping(value) && stillAt(index)) || nothing), value, undefined, [...path, index]),
  );
  const [first] = list.items;
  if (isNode(first) && !list.flow) first.spaceBefore = false;
  return list;
}

const nothing: Old = { node: undefined, said: undefined };

function takeSame(left: Set<Old>, value: DraftValue): Old | undefined {
  const items = [...left];
  const same = (key: string) =>
    items.find(
      ({ said }) => isMapping(said) && isMapping(value) && value[key] !== undefined && said[key] === value[key],
    );
  const match = items.find(({ said }) => isDeepStrictEqual(said, value)) ?? same('name') ?? same('reach');
  if (match !== undefined) left.delete(match);
  return match;
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
