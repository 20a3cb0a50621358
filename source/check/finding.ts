/** A finding is told by many rooms below this one; its shape lies at the bottom, beside the site that it speaks of. */
export type { Finding, Grade } from '../site/finding.ts';
