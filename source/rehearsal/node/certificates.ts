import type { CertificateName } from '../../microk8s/certificates.ts';
import type { Machine } from '../model/machine.ts';

const dayMs = 86_400_000;
/** Days that a fresh certificate holds (gen_server_cert, gen_proxy_client_cert and sign_certificate of MicroK8s' utils.sh). */
const days: Readonly<Record<CertificateName, number>> = {
  ca: 3_650,
  server: 365,
  'front-proxy-ca': 3_650,
  'front-proxy-client': 365,
  kubelet: 3_650,
};
export const certificateNames = ['ca', 'server', 'front-proxy-ca', 'front-proxy-client', 'kubelet'] as const;
/** Those that `refresh-certs` renews on a node of a cluster. */
const yearly = ['server', 'front-proxy-client'] as const;

/** End of a certificate of the machine, ms since 1970. */
export function certificateEnd(machine: Machine, name: CertificateName): number {
  return (machine.microk8s?.certificates[name] ?? 0) + days[name] * dayMs;
}

/** Those that last a year were made so long ago that they ended this many days before `now`. */
export function endCertificates(machine: Machine, endedDays: number, now: number): void {
  for (const name of yearly)
    if (machine.microk8s !== undefined) machine.microk8s.certificates[name] = now - (days[name] + endedDays) * dayMs;
}

/** Whether every client refuses the API server of this machine: its certificate has ended. */
export function apiCertificateEnded(machine: Machine, now: number): boolean {
  return machine.microk8s?.certificates['server'] !== undefined && certificateEnd(machine, 'server') < now;
}

/** What kubectl and Helm say of an API server whose certificate has ended (test/conformance/kubectl); undefined where it holds. */
export function apiRefusal(machine: Machine, now: number): string | undefined {
  if (!apiCertificateEnded(machine, now)) return undefined;
  const second = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const times = `current time ${second(now)} is after ${second(certificateEnd(machine, 'server'))}`;
  return `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: ${times}`;
}
