import { certificateTemplate } from '../../microk8s/certificates.ts';
import type { Machine } from '../model/machine.ts';
import { fileAt, writePath } from './file-system.ts';

/** The template with the addresses of the machine in it: what the certificate was made from last. */
const rendered = certificateTemplate.replace(/\.template$/, '');
const own = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '10.152.183.1',
];
const isAddress = (name: string) => /^[\d.]+$/.test(name);

/** Writes the template as the agent does for a launch configuration (pkg/util/csr.go). */
export function writeCertificateTemplate(machine: Machine, names: readonly string[]): void {
  const all = [...own, ...names];
  const lines = [
    ...all.filter((name) => !isAddress(name)).map((name, index) => `DNS.${index} = ${name}`),
    ...all.filter(isAddress).map((name, index) => `IP.${index} = ${name}`),
  ];
  writePath(machine, certificateTemplate, ['[ alt_names ]', ...lines, '#MOREIPS', ''].join('\n'));
}

/** Adds names that the template does not have yet. */
export function addCertificateNames(machine: Machine, names: readonly string[]): void {
  const there = namesIn(machine, certificateTemplate).filter((name) => !own.includes(name));
  writeCertificateTemplate(machine, [...new Set([...there, ...names])]);
}

/** The API server's certificate is made from the template as it is now. */
export function makeApiCertificate(machine: Machine): void {
  if (fileAt(machine, certificateTemplate) === undefined) writeCertificateTemplate(machine, []);
  writePath(machine, rendered, fileAt(machine, certificateTemplate)?.content ?? '');
}

/** Names and addresses that the API server's certificate is for; undefined where there is none. */
export function apiCertificateNames(machine: Machine): string[] | undefined {
  return fileAt(machine, rendered) === undefined ? undefined : namesIn(machine, rendered);
}

function namesIn(machine: Machine, path: string): string[] {
  const lines = (fileAt(machine, path)?.content ?? '').matchAll(/^(?:DNS|IP)\.\d+ = (\S+)$/gm);
  return lines.map(([, name = '']) => name).toArray();
}
