import { type Document, LineCounter, type YAMLError } from 'yaml';
import type * as z from 'zod';
import { messageOf } from '../../errors/thrown.ts';
import { holdsItself } from '../../text/holds-itself.ts';
import { safeLine, safeValues } from '../../text/safe-text.ts';
import type { SitePath } from '../schema.ts';
import { aliasFault } from './alias-fault.ts';
import type { Complaint } from './complaint.ts';
import { documentOf } from './document.ts';
import { judge } from './issues.ts';
import { type PlacedProblem, Places } from './places.ts';

/** One thing that is wrong with a file. */
export interface SiteProblem extends PlacedProblem {
  readonly file: string;
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
  const places = new Places(document, lines);
  const placed = complaints.map((complaint) => ({ ...places.of(complaint), file }));
  return { problems: [...syntax, ...onceEach(placed)].sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** What stands at an anchor is wrong wherever an alias uses it, and told once. */
function onceEach(problems: readonly SiteProblem[]): SiteProblem[] {
  const known = new Map<string, SiteProblem>();
  for (const problem of problems) {
    const { line, column, found, expected } = problem;
    const mark = JSON.stringify([line, column, problem.field.at(-1), found, expected]);
    if (!known.has(mark)) known.set(mark, problem);
  }
  return [...known.values()];
}

/** The places in a text of complaints that were found after it was read. */
export function placesOf(text: string, file: string, complaints: readonly Complaint[]): SiteProblem[] {
  const { document, lines } = parse(text);
  const places = new Places(document, lines);
  return complaints.map((complaint) => ({ ...places.of(complaint), file }));
}

interface Parsed {
  readonly syntax: readonly PlacedProblem[];
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
    return { syntax: [...syntax, aliasProblem(second, messageOf(error))] };
  }
}

function aliasProblem(
  { document, lines }: { readonly document: Document; readonly lines: LineCounter },
  message: string,
): PlacedProblem {
  const fault = aliasFault(document);
  if (fault === undefined) return place([], 1, 1, message, 'fewer aliases', message);
  const { line, col } = lines.linePos(fault.offset);
  return place([], line, col, fault.found, fault.expected, `${fault.found}, expected ${fault.expected}`);
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

function parse(text: string): { document: Document; lines: LineCounter } {
  const lines = new LineCounter();
  return { document: documentOf(text, { lineCounter: lines }), lines };
}

function tabProblems(text: string): PlacedProblem[] {
  return text.split('\n').flatMap((line, index) => {
    const column = /^( *)\t/.exec(line);
    if (column === null) return [];
    const expected = 'spaces: YAML does not allow tabs for indentation';
    return [place([], index + 1, (column[1] ?? '').length + 1, 'a tab', expected, `a tab, expected ${expected}`)];
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
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---), expected one';
  if (/call stack/.test(message)) return 'nested too deeply';
  return message;
}

function syntaxProblem(error: YAMLError, lines: LineCounter | undefined): PlacedProblem {
  const { line, col } = lines?.linePos(error.pos[0]) ?? { line: 1, col: 1 };
  if (error.code === 'DUPLICATE_KEY') {
    return place(
      [],
      line,
      col,
      'a key given twice',
      'each key once',
      'this key is given twice, expected each key once',
    );
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
): PlacedProblem {
  return { field, path: field.join('.'), line, column, found, expected, text };
}
