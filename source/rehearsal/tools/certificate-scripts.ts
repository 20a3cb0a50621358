import type { Machine } from '../model/machine.ts';
import { addCertificateNames, apiCertificateNames } from '../node/api-certificate.ts';
import { certificateEnd, certificateNames } from '../node/certificates.ts';
import { type Call, type Program, refuse, say } from './call.ts';

/** `certificate-dates`: those that MicroK8s makes on a manager; a worker has two of them. */
function certificateDates(call: Call): number {
  const lines = call.look(certificateLines);
  return lines === '' ? 0 : say(call, lines);
}

export function certificateLines(machine: Machine): string {
  const { microk8s } = machine;
  if (microk8s === undefined) return '';
  const names = microk8s.worker ? (['ca', 'kubelet'] as const) : certificateNames;
  return names.map((name) => `${name} notAfter=${opensslDate(certificateEnd(machine, name))}`).join('\n');
}

/** `certificate-names`: as `openssl x509 -ext subjectAltName` prints them. */
function certificateNamesShown(call: Call): number {
  const names = call.look(apiCertificateNames);
  if (names === undefined) return refuse(call, 'Could not open file or uri for loading certificate from server.crt');
  const shown = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP Address' : 'DNS'}:${name}`);
  return say(call, `X509v3 Subject Alternative Name: \n    ${shown.join(', ')}`);
}

/** As OpenSSL prints it: `Nov 26 12:00:00 2027 GMT`. */
function opensslDate(ms: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(/ /);
  return `${month} ${day} ${time} ${year} GMT`;
}

/** Scripts about the certificates that MicroK8s makes. */
export const certificateScripts: Readonly<Record<string, Program>> = {
  'certificate-dates': certificateDates,
  'certificate-names': certificateNamesShown,
  'add-certificate-names': (call) =>
    call.change((machine) => {
      addCertificateNames(machine, call.words);
      return 0;
    }),
};
