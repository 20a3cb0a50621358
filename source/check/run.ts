import { messageOf } from '../errors/thrown.ts';
import type { Finding } from '../site/finding.ts';
import { kloudspot } from '../text/command.ts';
import { type Check, type CheckInput, factsOf, notSeen } from './check.ts';
import { checks } from './checks.ts';

export type { CheckInput } from './check.ts';

/** Every finding of every check, passes included, in the order of the checks. Pure and never throws. */
export function runChecks(input: CheckInput): readonly Finding[] {
  const lost = new Set(input.site.nodes.filter((node) => factsOf(input, node) === undefined).map(({ name }) => name));
  const allLost = input.site.nodes.every(({ name }) => lost.has(name));
  const follows = (finding: Finding) =>
    finding.nodes.length > 0 ? finding.nodes.every((name) => lost.has(name)) : allLost;
  return withWeight(checks.flatMap((check) => judged(check, input).map((finding) => followed(finding, follows))));
}

/** Whatever a check says of nodes that were not reached follows from that, and is reported once. */
function followed(finding: Finding, isOfLost: (finding: Finding) => boolean): Finding {
  if (finding.seen !== notSeen || finding.check === 'access' || finding.follows !== undefined) return finding;
  return isOfLost(finding) ? { ...finding, follows: 'access' } : finding;
}

/** A cause weighs as much as what follows from it on the same node. */
function withWeight(findings: readonly Finding[]): readonly Finding[] {
  const place = (check: string, nodes: readonly string[]) => [check, ...nodes].join();
  const failing = findings.flatMap(({ grade, follows, nodes }) =>
    grade === 'fail' && follows !== undefined ? [place(follows, nodes)] : [],
  );
  const causes = new Set(failing);
  return findings.map((finding) =>
    finding.grade === 'warn' && causes.has(place(finding.check, finding.nodes))
      ? { ...finding, grade: 'fail' }
      : finding,
  );
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
        advice: `This is a fault of the program. Report it with what this collects: ${kloudspot('support')}`,
      },
    ];
  }
}
