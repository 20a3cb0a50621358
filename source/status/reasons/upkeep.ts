import { certificateSoon } from '../../microk8s/certificates.ts';
import { kloudspot } from '../../text/command.ts';
import type { CertificateStatus, NodeStatus } from '../report.ts';
import { list, type Reason } from './reason.ts';

const soon = certificateSoon;

export function aboutCertificates(certificates: readonly CertificateStatus[]): Reason[] {
  const named = (some: readonly CertificateStatus[]) =>
    list([...new Set(some.map(({ name, node }) => (node === undefined ? name : `${name} of ${node}`)))], 3);
  const ended = certificates.filter(({ daysLeft }) => daysLeft < 0);
  const ending = certificates.filter(({ daysLeft }) => daysLeft >= 0 && daysLeft < soon);
  const next = kloudspot('certificates');
  return [
    ...(ended.length === 0
      ? []
      : [{ verdict: 'degraded' as const, reason: `Certificates have expired: ${named(ended)}.`, next }]),
    ...(ending.length === 0
      ? []
      : [
          {
            verdict: 'note' as const,
            reason: `Certificates expire within ${soon} days: ${named(ending)}, the first in ${ending[0]?.daysLeft}.`,
            next,
          },
        ]),
  ];
}

/** An update of one node by itself is a restart at a time that no one chose, and nodes of unequal versions are tested by no one. */
export function aboutVersions(nodes: readonly NodeStatus[]): Reason[] {
  const loose = nodes.filter(({ snap }) => snap?.held === false).map(({ name }) => name);
  const versions = new Map<string, string[]>();
  for (const { name, version } of nodes)
    if (version !== undefined) versions.set(version, [...(versions.get(version) ?? []), name]);
  const unequal = [...versions].map(([version, names]) => `${version} on ${list(names, 3)}`);
  return [
    ...(unequal.length < 2
      ? []
      : [{ verdict: 'note' as const, reason: `The nodes run different versions: ${unequal.join('; ')}.` }]),
    ...(loose.length === 0
      ? []
      : [
          {
            verdict: 'note' as const,
            reason: `snapd may update MicroK8s at any time on ${list(loose)}: it is not held.`,
            next: `sudo snap refresh --hold microk8s, on ${list(loose)}`,
          },
        ]),
  ];
}
