import { findCheck } from '../../check/checks.ts';
import { countChecks, worst } from '../../check/summary.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import type { Finding } from '../../site/finding.ts';
import type { Site } from '../../site/schema.ts';

/** 3 where a check fails, else 0. */
export function preflightCode(findings: readonly Finding[]): ExitCode {
  return worst(findings) === 'fail' ? exitCode.preflightFailed : exitCode.done;
}

/** The checks with their words, so that who reads the JSON needs no second source. */
export function preflightData(site: Site, findings: readonly Finding[]): Record<string, unknown> {
  const { checks: total, ...counts } = countChecks(findings);
  const ids = [...new Set(findings.map(({ check }) => check))];
  return {
    site: site.name,
    nodes: site.nodes.map(({ name }) => name),
    verdict: worst(findings),
    total,
    ...counts,
    findings,
    checks: Object.fromEntries(
      ids.map((id) => {
        const { title, why, source } = findCheck(id) ?? { title: id, why: '', source: '' };
        return [id, { title, why, source }];
      }),
    ),
  };
}
