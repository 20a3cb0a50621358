import { isMap, isPair, isScalar, isSeq, LineCounter } from 'yaml';
import { documentOf } from './document.ts';

/** A file and the lines of its keys, counted from 1, by dotted path: `nodes.ks-1.volumes`. A node stands by its name, not by its place. */
export interface KeyLines {
  readonly file: string;
  readonly lines: ReadonlyMap<string, number>;
}

/** The lines of all keys of a YAML text; none where it cannot be read. */
export function keyLines(text: string, file: string): KeyLines {
  const counter = new LineCounter();
  const { contents, errors } = documentOf(text, { lineCounter: counter });
  const lines = new Map<string, number>();
  if (errors.length === 0) visit(contents, [], (path, offset) => lines.set(path, counter.linePos(offset).line));
  return { file, lines };
}

type Tell = (path: string, offset: number) => void;

function visit(node: unknown, path: readonly string[], tell: Tell): void {
  if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, [...path, nameOf(item, index)], tell);
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || !pair.key.range) continue;
    const own = [...path, String(pair.key.value)];
    tell(own.join('.'), pair.key.range[0]);
    visit(pair.value, own, tell);
  }
}

function nameOf(item: unknown, index: number): string {
  const name = isMap(item) ? item.get('name') : undefined;
  return typeof name === 'string' ? name : String(index);
}
