import type { Finding } from '../site/finding.ts';
import type { SitePath } from '../site/schema.ts';
import { defined } from '../text/defined.ts';

/** A finding about the pair; one that is not a pass points at the file in question, the certificate's unless another is named. */
export function found(
  check: string,
  grade: Finding['grade'],
  seen: string,
  reason: string,
  advice?: string,
  field: SitePath = ['tls', 'certificate'],
): Finding {
  return {
    check,
    grade,
    nodes: [],
    seen,
    reason,
    ...defined({ advice }),
    ...(grade === 'pass' ? {} : { field }),
  };
}
