import type { SitePath } from './schema.ts';

export type Grade = 'pass' | 'warn' | 'fail';

/** The outcome of one check on one node, one pair of nodes, or the site. */
export interface Finding {
  /** The check's id, such as `cpu-avx`. */
  readonly check: string;
  readonly grade: Grade;
  /** One node, two nodes (from, to), or none for the site. */
  readonly nodes: readonly string[];
  /** What was seen, short enough for a table cell: `6 cores`. */
  readonly seen: string;
  /** What was wanted: `8 or more`. */
  readonly wanted?: string;
  /** In plain words, one sentence. */
  readonly reason: string;
  /** What to do, one line. */
  readonly advice?: string;
  /** The field of the site it is about, so that a screen can jump there. */
  readonly field?: SitePath;
  /** The check that tells the cause: this one only follows from it, and is not given by itself. */
  readonly follows?: string;
  /** It failed, and the operator lets it pass by name. */
  readonly accepted?: true;
}
