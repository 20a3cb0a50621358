import { daysLeft } from '../microk8s/certificates.ts';
import type { Observation } from './observation.ts';
import type { CertificateStatus } from './report.ts';

/** The nodes whose API server no client trusts any more: its certificate has ended. */
export const endedApiServers = (read: readonly CertificateStatus[]): string[] =>
  read.flatMap(({ name, node = '', daysLeft: left }) => (name === 'server' && left < 0 ? [node] : []));

/** All certificates that were read, those that end first first. */
export function certificateStatuses({ at, machines, ingressCertificate }: Observation): CertificateStatus[] {
  const ofNodes = machines.flatMap(({ node, certificates = [] }) =>
    certificates.map(({ name, until }) => ({ name, node, until, daysLeft: daysLeft({ until }, at) })),
  );
  const served = ingressCertificate === undefined || ingressCertificate === 'none' ? [] : [ingressCertificate];
  const own = served.map(({ name, until }) => ({ name, until, daysLeft: daysLeft({ until }, at) }));
  return [...ofNodes, ...own].toSorted((a, b) => a.daysLeft - b.daysLeft);
}
