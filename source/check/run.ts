import { messageOf } from '../errors/thrown.ts';
import type { Finding, Grade } from '../site/finding.ts';
import type { Check, CheckInput } from './check.ts';
import { checks } from './checks.ts';

export type { CheckInput } from './check.ts';

/** Every finding of every check, passes included, in the order of the checks. Pure and never throws. */
export function runChecks(input: CheckInput): Finding[] {
  return checks.flatMap((check) => judged(check, input));
}

/** A check that breaks off is a fault of ours; it must not hide what the others found, and must not pass. */
function judged(check: Check, input: CheckInput): readonly Finding[] {
  try {
    return check.judge(input);
  } catch (error) {
    const why = messageOf(error);
    return [
      {
        check: check.id,
        grade: 'fail',
        nodes: [],
        seen: 'not judged',
        reason: `${check.title} could not be judged: ${why}`,
      },
    ];
  }
}

/** The worst grade of all; `pass` where there is none. */
export function worst(findings: readonly Finding[]): Grade {
  if (findings.some(({ grade }) => grade === 'fail')) return 'fail';
  return findings.some(({ grade }) => grade === 'warn') ? 'warn' : 'pass';
}
