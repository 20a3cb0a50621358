import type { SitePath } from '../schema.ts';

/** One thing that is wrong with data from outside, without its place in a text. */
export interface Complaint {
  readonly field: SitePath;
  /** What is there: `missing`, `"KS_1"`, `unknown key`. */
  readonly found: string;
  /** What is wanted there, as a noun phrase. */
  readonly expected: string;
  /** Both in one sentence, starting with the dotted path. */
  readonly text: string;
  /** The key itself is wrong, not its value. */
  readonly aboutKey?: true;
}

/** What is wrong with a value that `site.yaml` leads to. */
export interface PlacedComplaint {
  readonly text: string;
  /** Where `site.yaml` says it. */
  readonly field?: SitePath;
  /** Of the file, from 1. */
  readonly line?: number;
}

export function dotted(path: SitePath): string {
  return path.length === 0 ? 'the file' : path.join('.');
}

/** A value as it is quoted in a message: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'keys and values';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A complaint in the form "PATH is FOUND, wanted EXPECTED". */
export function complain(field: SitePath, value: unknown, expected: string): Complaint {
  const found = shown(value);
  return { field, found, expected, text: `${dotted(field)} is ${found}, expected ${expected}` };
}
