import type { Finding, Grade } from '../site/finding.ts';
import { counted } from '../text/plural.ts';

/** One preflight in numbers of checks, the same on every screen and in JSON. */
export interface CheckCount {
  readonly checks: number;
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  /** Those whose findings all follow from another check's, such as those that could not look at every node. */
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

/** A finding as it is told: of one node, of several nodes at once, of a pair, or of the site. */
export interface ToldFinding extends Finding {
  /** The nodes to name before the reason: `ks-1, ks-2`, `ks-1 → ks-2`; empty where the reason names its node itself. */
  readonly who: string;
}

/** Findings of one check that differ in nothing but the name of their node become one. */
export function foldNodes(findings: readonly Finding[]): readonly ToldFinding[] {
  return [...Map.groupBy(findings, sameWords).values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    if (more.length === 0) return [{ ...first, who: namesItsNode(first) ? '' : first.nodes.join(' → ') }];
    const nodes = [first, ...more].flatMap((finding) => finding.nodes);
    return [{ ...first, ...generalWords(first), nodes, who: nodes.join(', ') }];
  });
}

const word = /[\w-]+/g;

const namesItsNode = ({ nodes, reason }: Finding): boolean =>
  nodes.length === 1 && (reason.match(word) ?? []).some((found) => found === nodes[0]);

/** The key of findings that are told once. One of a pair or of the site is always told by itself. */
function sameWords(finding: Finding, index: number): string {
  const { check, grade, nodes, accepted } = finding;
  if (nodes.length !== 1) return String(index);
  const { reason, advice } = generalWords(finding);
  return JSON.stringify([check, grade, accepted, reason, advice]);
}

/** Reason and advice without the name of the node. */
function generalWords({ nodes: [node], reason, advice }: Finding): Pick<Finding, 'reason' | 'advice'> {
  const general = (text: string): string =>
    text.replace(word, (found, at: number) => (found !== node ? found : `${eachOrAny(text, at)} of these nodes`));
  return { reason: general(reason), ...(advice === undefined ? {} : { advice: general(advice) }) };
}

/** `No disk of any of these nodes`, `the clock of each of these nodes`: behind a negation of its sentence each is said as any. */
function eachOrAny(text: string, at: number): string {
  if (at === 0) return 'Each';
  const sentence = text.slice(text.lastIndexOf('. ', at) + 1, at);
  return /\b(no|not|nothing|none|cannot|without)\b/i.test(sentence) ? 'any' : 'each';
}

/** Counts checks, not findings: the worst finding of each counts. */
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
    ...(notJudged > 0
      ? [`${counted(notJudged, 'follows', 'follow')} from ${warned + failed > 1 ? 'these' : 'it'}`]
      : []),
  ].join(', ');
}
