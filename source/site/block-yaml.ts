import { Document, isMap, isNode, isScalar } from 'yaml';
import { safeYaml, unfolded } from './yaml-text.ts';

/** What is said above a key, found by the keys that lead to it. */
export type Remark = (path: readonly string[]) => string | undefined;

/** A text that the library has to write: this writer does not know its form. */
class Unknown extends Error {}

interface Writing {
  readonly remark: Remark;
  /** What is met again becomes an alias. */
  readonly met: Set<object>;
}

/**
 * Records and lists as YAML, in the library's own form and many times as fast: a plan holds such a text for each node.
 * A value that is neither plain nor one line is left to the library, and so is a text that holds an alias.
 */
export function blockYaml(value: Readonly<Record<string, unknown>>, remark: Remark = () => undefined): string {
  try {
    return `${recordLines(value, [], { remark, met: new Set() }).join('\n')}\n`;
  } catch (thrown) {
    if (thrown instanceof Unknown) return libraryYaml(value, remark);
    throw thrown;
  }
}

/** The same by the library alone. */
export function libraryYaml(value: Readonly<Record<string, unknown>>, remark: Remark = () => undefined): string {
  const document = new Document(value, safeYaml);
  remarkBelow(document.contents, [], remark);
  return document.toString(unfolded);
}

function remarkBelow(node: unknown, path: readonly string[], remark: Remark): void {
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const below = [...path, String(isScalar(key) ? key.value : key)];
    const words = remark(below);
    if (words !== undefined && isNode(key)) key.commentBefore = ` ${words}`;
    remarkBelow(value, below, remark);
  }
}

function recordLines(record: object, path: readonly string[], writing: Writing): string[] {
  const lines = Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const below = [...path, key];
    const words = writing.remark(below);
    return [...(words === undefined ? [] : [`# ${words}`]), ...pairLines(keyText(key), value, below, writing)];
  });
  return lines.length === 0 ? ['{}'] : lines;
}

function pairLines(key: string, value: unknown, path: readonly string[], writing: Writing): string[] {
  const lines = linesOf(value, path, writing);
  return isFilled(value) ? [`${key}:`, ...lines.map(indented)] : [`${key}: ${lines[0] ?? ''}`];
}

function itemLines(value: unknown, writing: Writing): string[] {
  // Nothing is said of what is in a list.
  const [first = '', ...rest] = linesOf(value, [], { ...writing, remark: () => undefined });
  return [`- ${first}`, ...rest.map(indented)];
}

function linesOf(value: unknown, path: readonly string[], writing: Writing): string[] {
  if (typeof value !== 'object' || value === null) return [scalarText(value)];
  if (writing.met.has(value)) throw new Unknown();
  writing.met.add(value);
  if (Array.isArray(value)) return value.length === 0 ? ['[]'] : value.flatMap((item) => itemLines(item, writing));
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new Unknown();
  return recordLines(value, path, writing);
}

const indented = (line: string): string => `  ${line}`;

const isFilled = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some((one) => Array.isArray(value) || one !== undefined);

const { tags, compat } = new Document({}, safeYaml).schema;
/** What makes a plain word something else than a string, in YAML 1.2 or 1.1: one expression is asked faster than twenty. */
const others = new RegExp(
  [...tags, ...(compat ?? [])]
    .flatMap((tag) =>
      tag.default && 'test' in tag && tag.test !== undefined && tag.tag !== 'tag:yaml.org,2002:str' ? [tag.test] : [],
    )
    .map(({ source }) => `(?:${source})`)
    .join('|'),
);
const isPlain = (text: string): boolean =>
  /^-{0,2}[A-Za-z0-9/](?:[A-Za-z0-9._:/-]*[A-Za-z0-9._/-])?$/.test(text) && !others.test(text);

function keyText(key: string): string {
  if (key.length < 100 && isPlain(key)) return key;
  throw new Unknown();
}

function scalarText(value: unknown): string {
  if (typeof value === 'string' && isPlain(value)) return value;
  if (typeof value === 'boolean' || value === null || Number.isSafeInteger(value)) return String(value);
  throw new Unknown();
}
