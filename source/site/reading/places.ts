import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { SitePath } from '../schema.ts';
import { aliasSources, isTakeOver } from './alias-fault.ts';
import type { Complaint } from './complaint.ts';

/** One thing that is wrong, with its place in a text. Lines and columns count from 1. */
export interface PlacedProblem extends Complaint {
  readonly line: number;
  readonly column: number;
  /** Dotted: `nodes.0.network.address`. */
  readonly path: string;
}

/** Where a document says what a complaint is about: of what an alias stands for, at its anchor. */
export class Places {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #sources: ReturnType<typeof aliasSources>;
  /** The pairs of each mapping that was asked for one. */
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
    this.#sources = aliasSources(document);
  }

  of(complaint: Complaint): PlacedProblem {
    const { field } = complaint;
    const { line, col } = this.#lines.linePos(complaint.aboutKey ? this.#keyOffset(field) : this.#valueOffset(field));
    return { ...this.#asTyped(complaint), line: Math.max(line, 1), column: Math.max(col, 1), path: field.join('.') };
  }

  /** A number is repeated in advice as it was typed: 00420 is 420 to YAML, and its zeros count. */
  #asTyped(complaint: Complaint): Complaint {
    const node = this.#nodeAt(complaint.field);
    const typed = isScalar(node) && typeof node.value !== 'string' ? node.source : undefined;
    const read = isScalar(node) ? String(node.value) : '';
    if (typed === undefined || !complaint.expected.includes(`"${read}"`)) return complaint;
    const wanted = complaint.expected.replace(`"${read}"`, `"${typed}"`);
    const text = complaint.text.replace(` is ${read},`, ` is ${typed},`).replace(`"${read}"`, `"${typed}"`);
    return { ...complaint, found: typed, expected: wanted, text };
  }

  /** Start of the value; of something missing, the key under which it belongs. */
  #valueOffset(path: SitePath): number {
    if (path.length === 0) return this.#document.contents?.range?.[0] ?? 0;
    const node = this.#nodeAt(path);
    if (isNode(node) && node.range && !(isScalar(node) && node.value === null)) return node.range[0];
    return this.#keyOffset(path);
  }

  #keyOffset(path: SitePath): number {
    if (path.length === 0) return this.#document.contents?.range?.[0] ?? 0;
    const key = this.#pairOf(this.#nodeAt(path.slice(0, -1)), path.at(-1))?.key;
    if (isScalar(key) && key.range) return key.range[0];
    return path.length === 1 ? this.#valueOffset([]) : this.#placeOfHolder(path.slice(0, -1));
  }

  /** Where something is missing inside a mapping, its own key is the best place to point at; in a list, the entry. */
  #placeOfHolder(path: SitePath): number {
    return typeof path.at(-1) === 'number' ? this.#valueOffset(path) : this.#keyOffset(path);
  }

  #nodeAt(path: SitePath): unknown {
    return path.reduce<unknown>(
      (node, key) => this.#meant(isSeq(node) ? node.items[Number(key)] : this.#pairOf(node, key)?.value),
      this.#document.contents,
    );
  }

  #meant(node: unknown): unknown {
    return isAlias(node) ? this.#sources.get(node) : node;
  }

  #pairOf(node: unknown, key: string | number | undefined): Pair | undefined {
    if (!isMap(node)) return undefined;
    return this.#pairsOf(node).get(String(key));
  }

  /** By key. Of a key given twice the last pair: its value is the one that counts. Keys that `<<` takes over count least. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairs.get(map);
    if (known) return known;
    const own = map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : []));
    const pairs = new Map([...this.#takenOver(map.items.find(isTakeOver)?.value), ...own]);
    this.#pairs.set(map, pairs);
    return pairs;
  }

  #takenOver(value: unknown): readonly (readonly [string, Pair])[] {
    const meant = this.#meant(value);
    if (isSeq(meant)) return meant.items.toReversed().flatMap((item) => this.#takenOver(item));
    return isMap(meant) ? [...this.#pairsOf(meant)] : [];
  }
}
