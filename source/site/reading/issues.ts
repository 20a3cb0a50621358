import type * as z from 'zod';
import { isMapping } from '../../text/mapping.ts';
import { nearest } from '../../text/nearest.ts';
import type { SitePath } from '../schema.ts';
import { type Complaint, complain, dotted } from './complaint.ts';
import { descriptionAt, keysAt } from './known.ts';

type Issue = z.core.$ZodIssue;

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

/** What a schema finds wrong with `value`, in plain words, everything at once. */
function complaintsOf(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Complaint[] {
  return issues.flatMap((issue) => complaintsOfIssue(schema, value, issue, []));
}

/** The value without what the schema need not see: keys of the operator's own (`x-…`) and empty ones. Helm values mean every key. */
function significant(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(significant);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !key.startsWith('x-') && inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, key === 'values' && isMapping(inner) ? inner : significant(inner)]),
  );
}

function valueAt(value: unknown, path: SitePath): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isMapping(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }, value);
}

function complaintsOfIssue(schema: z.ZodType, value: unknown, issue: Issue, above: SitePath): Complaint[] {
  const field = [...above, ...plainPath(issue.path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, [...field, key]));
  const found = valueAt(value, field);
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && typeof found === 'object' && found !== null) {
    const [best] = [...issue.errors].sort((a, b) => a.length - b.length);
    return (best ?? []).flatMap((inner) => complaintsOfIssue(schema, value, inner, field));
  }
  if (found === undefined) return [missing(schema, field, expectedOf(issue, found))];
  return [complain(field, found, expectedOf(issue, found))];
}

function unknownKey(schema: z.ZodType, field: SitePath): Complaint {
  const key = String(field.at(-1));
  const known = keysAt(schema, field.slice(0, -1));
  const near = nearest(key, known);
  const expected = near === undefined ? `one of ${known.join(', ')}, or a key of your own that begins with x-` : near;
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  return {
    field,
    found: 'unknown key',
    expected,
    text: `${dotted(field)} is not a known key; ${hint}`,
    aboutKey: true,
  };
}

/** What is wrong with a path that leads to nothing in a value; undefined where it could: the schema knows its last key. */
export function emptyPlace(schema: z.ZodType, path: SitePath): Complaint | undefined {
  const unknown = path.findIndex((key, at) => {
    const known = keysAt(schema, path.slice(0, at));
    return typeof key === 'string' && !key.startsWith('x-') && known.length > 0 && !known.includes(key);
  });
  if (unknown !== -1) return unknownKey(schema, path.slice(0, unknown + 1));
  if (keysAt(schema, path.slice(0, -1)).includes(String(path.at(-1)))) return undefined;
  const text = `${dotted(path)} is not set, so it cannot be taken out`;
  return { field: path, found: 'missing', expected: 'a place that is set', text };
}

function missing(schema: z.ZodType, field: SitePath, expected: string): Complaint {
  const description = descriptionAt(schema, field);
  const wanted = description === undefined ? expected : `${expected}: ${description}`;
  return { field, found: 'missing', expected: wanted, text: `${dotted(field)} is missing, expected ${wanted}` };
}

/** The schema's own words where it has some, else ours by the kind of issue. */
function expectedOf(issue: Issue, found: unknown): string {
  if (!/^(Invalid|Too (small|big)|Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
        return `text, in quotes: "${found}"`;
      }
      return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return sizeWords(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return sizeWords(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'invalid_union':
      return unionWords(issue, found);
    default:
      return issue.message;
  }
}

function unionWords(issue: z.core.$ZodIssueInvalidUnion, found: unknown): string {
  if (issue.errors.length === 0 && 'options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const words = issue.errors.map((branch) => branch[0] && expectedOf(branch[0], found));
  return [...new Set(words.filter((word) => word !== undefined))].join(' or ');
}

function sizeWords(origin: string, limit: number | bigint, comparison: string): string {
  if (origin === 'string') return limit === 1 ? 'text that is not empty' : `${comparison} ${limit} characters`;
  if (origin === 'array') return `${comparison} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `${comparison} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function plainPath(path: readonly PropertyKey[]): SitePath {
  return path.map((key) => (typeof key === 'symbol' ? key.toString() : key));
}

/** Judges `value` by `schema` and, whatever the schema says, by `rules` too. */
export function judge<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  rules: (value: unknown) => readonly Complaint[],
  prepare: (value: unknown) => unknown = (given) => given,
): { readonly value: z.output<Schema> } | { readonly complaints: readonly Complaint[] } {
  const seen = prepare(significant(value));
  const result = schema.safeParse(seen);
  const fromSchema = result.success ? [] : complaintsOf(schema, seen, result.error.issues);
  const wrong = new Set(fromSchema.map((complaint) => dotted(complaint.field)));
  const fromRules = rules(seen).filter((complaint) => !wrong.has(dotted(complaint.field)));
  if (result.success && fromRules.length === 0) return { value: result.data };
  return { complaints: [...fromSchema, ...fromRules] };
}
