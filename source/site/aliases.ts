import { isDeepStrictEqual } from 'node:util';
import { type Alias, type Document, isAlias, isMap, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import { isMapping } from '../text/mapping.ts';
import { isTakeOver } from './reading/alias-fault.ts';

type Keys = { readonly [key: string]: unknown };

/** What the aliases of a document stand for before an edit, which may take an anchor away or change what it names. */
export class Aliases {
  readonly #document: Document;
  readonly #data = new Map<Alias, unknown>();

  constructor(document: Document) {
    this.#document = document;
    const anchors = new Map<string, unknown>();
    visit(document, {
      Alias: (_, alias) => void this.#data.set(alias, anchors.get(alias.source)),
      Value: (_, node) => {
        if (node.anchor !== undefined) anchors.set(node.anchor, node.toJS(document));
      },
    });
  }

  /** The keys that a mapping takes over with `<<`. */
  takenOver(map: YAMLMap): Keys {
    return this.#keysOf(map.items.find(isTakeOver)?.value);
  }

  /** After the edit: an alias that no longer stands for what it did is replaced by what it stood for. */
  settle(): void {
    const anchors = new Map<string, Node>();
    const noted = (node: Node & { anchor?: string }) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    };
    const holds = (alias: Alias) => {
      const now = anchors.get(alias.source);
      return now !== undefined && isDeepStrictEqual(now.toJS(this.#document), this.#data.get(alias));
    };
    visit(this.#document, {
      Alias: (_, alias) => (holds(alias) ? undefined : this.#written(this.#data.get(alias))),
      Map: (_, map) => {
        noted(map);
        const at = map.items.findIndex(isTakeOver);
        if (at !== -1 && !aliasesIn(map.items[at]?.value).every(holds)) this.#writeOut(map, at);
      },
      Value: (_, node) => noted(node),
    });
  }

  #writeOut(map: YAMLMap, at: number): void {
    const missing = Object.entries(this.takenOver(map)).filter(([key]) => !map.has(key));
    const pairs = missing.map(([key, value]) => this.#document.createPair(key, this.#written(value)));
    map.items.splice(at, 1, ...pairs);
  }

  #written(value: unknown): Node {
    return this.#document.createNode(value, { aliasDuplicateObjects: false });
  }

  /** Of several mappings the first that has a key counts. */
  #keysOf(value: unknown): Keys {
    if (isSeq(value)) return Object.assign({}, ...value.items.toReversed().map((item) => this.#keysOf(item)));
    const said = isAlias(value) ? this.#data.get(value) : isMap(value) ? value.toJS(this.#document) : undefined;
    return isMapping(said) ? said : {};
  }
}

const aliasesIn = (value: unknown): Alias[] =>
  isAlias(value) ? [value] : isSeq(value) ? value.items.flatMap((item) => aliasesIn(item)) : [];
