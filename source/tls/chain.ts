import type { X509Certificate } from 'node:crypto';
import type { Finding } from '../site/finding.ts';
import { found } from './found.ts';

/** Whether each certificate is followed by its issuer, so that a client that knows only the root can follow. */
export function chain(certificates: readonly X509Certificate[]): Finding {
  const [leaf] = certificates;
  const last = certificates.at(-1);
  if (leaf === undefined || last === undefined)
    return found('tls-chain', 'fail', 'empty', 'The file holds no certificate.');
  if (certificates.length === 1) return single(leaf);
  const broken = certificates.findIndex((certificate, index) => {
    const issuer = certificates[index + 1];
    return issuer !== undefined && !isIssuedBy(certificate, issuer);
  });
  const seen = `${certificates.length} certificates`;
  if (broken === -1) return found('tls-chain', 'pass', seen, 'Each certificate is followed by its issuer.');
  const elsewhere = certificates.some((other, at) => at !== broken + 1 && issues(other, certificates[broken]));
  const reason = elsewhere
    ? `Certificate ${broken + 1} is not followed by its issuer, which is elsewhere in the file.`
    : `Certificate ${broken + 1} is followed by one that did not issue it.`;
  return found('tls-chain', 'fail', 'wrong order', reason, 'Order the file: own certificate, its issuer, and so on.');
}

function single(leaf: X509Certificate): Finding {
  if (leaf.subject === leaf.issuer && leaf.verify(leaf.publicKey)) {
    const reason = 'The certificate is self-signed: browsers warn of it until it is trusted on each machine.';
    return found('tls-chain', 'warn', 'self-signed', reason, 'Use one of an authority that the clients trust.');
  }
  const reason = 'The file holds no issuer: clients that do not know it already will refuse the certificate.';
  return found('tls-chain', 'warn', 'no issuer', reason, 'Append the intermediate certificates of the authority.');
}

function issues(issuer: X509Certificate, certificate: X509Certificate | undefined): boolean {
  return certificate !== undefined && certificate !== issuer && isIssuedBy(certificate, issuer);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
