import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type * as z from 'zod';
import { messageOf } from '../../errors/thrown.ts';
import { holdsItself } from '../../text/holds-itself.ts';
import { safeLine, safeValues } from '../../text/safe-text.ts';
import type { SitePath } from '../schema.ts';
import type { Complaint } from './complaint.ts';
import { judge } from './issues.ts';

/** One thing that is wrong with a file, with its place. Lines and columns count from 1. */
export interface SiteProblem extends Complaint {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted: `nodes.0.network.address`. */
  readonly path: string;
}

export type Read<Value> = { readonly value: Value } | { readonly problems: readonly SiteProblem[] };

/** Reads a YAML text by a schema and rules. Every problem at once, in the order of the text. */
export function readYaml<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
  rules: (value: unknown) => readonly Complaint[] = () => [],
  prepare?: (value: unknown) => unknown,
): Read<z.output<Schema>> {
  const parsed = parseForgiving(text);
  const syntax = parsed.syntax.map((problem) => ({ ...problem, file }));
  if (parsed.value === undefined) return { problems: syntax };
  const judged = judge(schema, parsed.value.data, rules, prepare);
  if ('value' in judged && syntax.length === 0) return { value: judged.value };
  const { document, lines } = parsed.value;
  const complaints = 'complaints' in judged ? judged.complaints : [];
  const placed = complaints.map((complaint) => placedIn(document, lines, complaint, file));
  return { problems: [...syntax, ...placed].sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** The places in a text of complaints that were found after it was read. */
export function placesOf(text: string, file: string, complaints: readonly Complaint[]): SiteProblem[] {
  const { document, lines } = parse(text);
  return complaints.map((complaint) => placedIn(document, lines, complaint, file));
}

type SyntaxProblem = Omit<SiteProblem, 'file'>;

interface Parsed {
  readonly syntax: readonly SyntaxProblem[];
  /** Missing when the text is so broken that its meaning is unclear. */
  readonly value?: { readonly document: Document; readonly lines: LineCounter; readonly data: unknown };
}

/** Tabs and duplicate keys are reported and read past, so that the other problems are reported together. */
function parseForgiving(text: string): Parsed {
  const first = parse(text);
  const tabs = first.document.errors.some((error) => error.code === 'TAB_AS_INDENT') ? tabProblems(text) : [];
  const second = tabs.length === 0 ? first : parseUntabbed(text);
  const errors = second?.document.errors ?? [];
  const duplicates = errors.filter((error) => error.code === 'DUPLICATE_KEY');
  const broken = errors.filter((error) => error.code !== 'DUPLICATE_KEY' && error.code !== 'TAB_AS_INDENT');
  const told = [...duplicates, ...broken.slice(0, 1)].map((error) => syntaxProblem(error, second?.lines));
  const syntax = [...tabs, ...told];
  if (second === undefined || broken.length > 0) return { syntax };
  try {
    return { syntax, value: { ...second, data: safeValues(dataOf(second.document)) } };
  } catch (error) {
    const expected = 'an alias that was set before';
    const found = messageOf(error);
    return { syntax: [...syntax, place([], 1, 1, found, expected, found)] };
  }
}

/** What a document says. Throws where an alias leads nowhere or into what it is a part of. */
export function dataOf(document: Document): unknown {
  const data = plainValue(document);
  if (holdsItself(data)) throw new Error('an alias stands inside what it stands for');
  return data;
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    if (!/alias count/.test(messageOf(cause))) throw cause;
    throw new Error('aliases of aliases stand for more than fits into memory', { cause });
  }
}

/** `<<` takes the keys of an anchor over, as Compose and CI files have taught people to write. */
export const reading = { merge: true, logLevel: 'error' } as const;

function parse(text: string): { document: Document; lines: LineCounter } {
  const lines = new LineCounter();
  return { document: parseDocument(text, { ...reading, lineCounter: lines, prettyErrors: false }), lines };
}

function tabProblems(text: string): SyntaxProblem[] {
  return text.split('\n').flatMap((line, index) => {
    const column = /^( *)\t/.exec(line);
    if (column === null) return [];
    const expected = 'spaces: YAML does not allow tabs for indentation';
    return [place([], index + 1, (column[1] ?? '').length + 1, 'a tab', expected, `a tab, wanted ${expected}`)];
  });
}

/** The text as it was probably meant: the width of a tab at which it reads without errors. */
function parseUntabbed(text: string): { document: Document; lines: LineCounter } | undefined {
  for (const width of [2, 4, 8]) {
    const spaces = ' '.repeat(width);
    const candidate = parse(text.replace(/^[ \t]+/gm, (indent) => indent.replaceAll('\t', spaces)));
    if (candidate.document.errors.every((error) => error.code === 'DUPLICATE_KEY')) return candidate;
  }
  return undefined;
}

/** What the parser says to programmers, in words for the person who writes the file. */
function yamlWords(message: string, code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---), wanted one';
  if (/call stack/.test(message)) return 'nested too deeply';
  return message;
}

function syntaxProblem(error: YAMLError, lines: LineCounter | undefined): SyntaxProblem {
  const { line, col } = lines?.linePos(error.pos[0]) ?? { line: 1, col: 1 };
  if (error.code === 'DUPLICATE_KEY') {
    return place([], line, col, 'a key given twice', 'each key once', 'this key is given twice, wanted each key once');
  }
  const message = yamlWords(safeLine(error.message), error.code);
  return place([], line, col, message, 'valid YAML', `not valid YAML: ${message}`);
}

function place(
  field: SitePath,
  line: number,
  column: number,
  found: string,
  expected: string,
  text: string,
): SyntaxProblem {
  return { field, path: field.join('.'), line, column, found, expected, text };
}

function placedIn(document: Document, lines: LineCounter, complaint: Complaint, file: string): SiteProblem {
  const offset = complaint.aboutKey ? keyOffset(document, complaint.field) : valueOffset(document, complaint.field);
  const { line, col } = lines.linePos(offset);
  return {
    ...asTyped(document, complaint),
    file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    path: complaint.field.join('.'),
  };
}

/** A number is repeated in advice as it was typed: 00420 is 420 to YAML, and its zeros count. */
function asTyped(document: Document, complaint: Complaint): Complaint {
  const node = nodeAt(document, complaint.field);
  const typed = isScalar(node) && typeof node.value !== 'string' ? node.source : undefined;
  const read = isScalar(node) ? String(node.value) : '';
  if (typed === undefined || !complaint.expected.includes(`"${read}"`)) return complaint;
  const wanted = complaint.expected.replace(`"${read}"`, `"${typed}"`);
  const text = complaint.text.replace(` is ${read},`, ` is ${typed},`).replace(`"${read}"`, `"${typed}"`);
  return { ...complaint, found: typed, expected: wanted, text };
}

/** Start of the value; of something missing, the key under which it belongs. */
function valueOffset(document: Document, path: SitePath): number {
  if (path.length === 0) return document.contents?.range?.[0] ?? 0;
  const node = nodeAt(document, path);
  if (isNode(node) && node.range && !(isScalar(node) && node.value === null)) return node.range[0];
  return keyOffset(document, path);
}

function keyOffset(document: Document, path: SitePath): number {
  if (path.length === 0) return document.contents?.range?.[0] ?? 0;
  const key = pairOf(nodeAt(document, path.slice(0, -1)), path.at(-1))?.key;
  if (isScalar(key) && key.range) return key.range[0];
  return path.length === 1 ? valueOffset(document, []) : placeOfHolder(document, path.slice(0, -1));
}

/** Where something is missing inside a mapping, its own key is the best place to point at; in a list, the entry. */
function placeOfHolder(document: Document, path: SitePath): number {
  return typeof path.at(-1) === 'number' ? valueOffset(document, path) : keyOffset(document, path);
}

function nodeAt(document: Document, path: SitePath): unknown {
  return path.reduce<unknown>(
    (node, key) => (isSeq(node) ? node.items[Number(key)] : pairOf(node, key)?.value),
    document.contents,
  );
}

/** Of a key given twice the last pair: its value is the one that counts. */
function pairOf(node: unknown, key: string | number | undefined): Pair | undefined {
  return isMap(node)
    ? node.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
    : undefined;
}
