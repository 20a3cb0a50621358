import type { Finding, Grade } from '../site/finding.ts';
import { counted } from '../text/plural.ts';

/** One preflight in numbers of checks, the same on every screen and in JSON. */
export interface CheckCount {
  readonly checks: number;
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  /** Those that could not look at every node, and found nothing on the others. */
  readonly notJudged: number;
}

const severity: readonly Grade[] = ['pass', 'warn', 'fail'];

/** The worst grade of all; `pass` where there is none. */
export function worst(findings: readonly Pick<Finding, 'grade'>[]): Grade {
  return findings.reduce<Grade>(
    (before, { grade }) => (severity.indexOf(grade) > severity.indexOf(before) ? grade : before),
    'pass',
  );
}

/** What is reported: without what only follows from another finding. */
export function causes(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ follows }) => follows === undefined);
}

export function countChecks(findings: readonly Finding[]): CheckCount {
  const grades = [...Map.groupBy(findings, ({ check }) => check).values()].map(gradeOf);
  const count = (grade: Grade | 'not judged') => grades.filter((each) => each === grade).length;
  return {
    checks: grades.length,
    passed: count('pass'),
    warned: count('warn'),
    failed: count('fail'),
    notJudged: count('not judged'),
  };
}

function gradeOf(ofCheck: readonly Finding[]): Grade | 'not judged' {
  const own = causes(ofCheck);
  const grade = worst(own);
  return grade === 'pass' && own.length < ofCheck.length ? 'not judged' : grade;
}

/** `60 of 63 checks pass, 2 warn, 1 fails`. */
export function countText({ checks, passed, warned, failed, notJudged }: CheckCount): string {
  if (passed === checks) return `All ${checks} checks pass`;
  return [
    `${passed} of ${counted(checks, 'check passes', 'checks pass')}`,
    ...(warned > 0 ? [counted(warned, 'warns', 'warn')] : []),
    failed > 0 ? counted(failed, 'fails', 'fail') : 'none fails',
    ...(notJudged > 0 ? [`${notJudged} could not be judged`] : []),
  ].join(', ');
}
