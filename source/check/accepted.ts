import type { Finding } from '../site/finding.ts';

/** Failures of these checks become warnings that the operator lets pass. */
export function withAccepted(findings: readonly Finding[], ids: ReadonlySet<string>): readonly Finding[] {
  return findings.map((finding) =>
    finding.grade === 'fail' && ids.has(finding.check) ? { ...finding, grade: 'warn', accepted: true } : finding,
  );
}

/** They fail again. */
export function withoutAccepted(findings: readonly Finding[], id: string): readonly Finding[] {
  return findings.map(({ accepted, ...finding }) => {
    if (!accepted) return finding;
    return finding.check === id ? { ...finding, grade: 'fail' } : { ...finding, accepted };
  });
}
