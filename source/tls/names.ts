import { readCertificates } from './pem.ts';

/** The first DNS name that a certificate is for, wildcards left out; undefined without one, or where the text cannot be read. */
export function certificateName(certificateText: string): string | undefined {
  const names = readCertificates(certificateText)?.[0]?.subjectAltName ?? '';
  return [...names.matchAll(/DNS:([^,\s"]+)/g)].flatMap(([, name]) => (name?.includes('*') ? [] : [name]))[0];
}
