import type { Verdict } from '../report.ts';

/** A reason, and what it makes of the site. A note leaves the verdict as it is. */
export interface Reason {
  readonly verdict: Exclude<Verdict, 'ok'> | 'note';
  readonly reason: string;
  /** The next command. */
  readonly next?: string;
}

/** `a, b and 3 more` */
export function list(words: readonly string[], most = 5): string {
  const shown = words.slice(0, most);
  const rest = words.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
