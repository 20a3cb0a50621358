import type { KeyObject, X509Certificate } from 'node:crypto';
import type { Finding } from '../site/finding.ts';
import type { SitePath } from '../site/schema.ts';
import { chain } from './chain.ts';
import { found } from './found.ts';
import { kindOf, type PemText, readCertificates, readKey } from './pem.ts';

export interface PairToInspect {
  /** Text of the key file; empty when there is none. */
  readonly keyText: string;
  readonly certificateText: string;
  /** The name that browsers ask for. */
  readonly dnsName: string;
  readonly virtualAddress?: string | undefined;
  readonly now: Date;
}

const keyField: SitePath = ['tls', 'key'];
const dayMs = 86_400_000;

/** Everything that is wrong with a key and a certificate before the cluster shows them to anyone. */
export function inspectPair(pair: PairToInspect): Finding[] {
  const swapped = kindOf(pair.keyText) === 'certificate' && kindOf(pair.certificateText) === 'key';
  if (swapped) {
    const reason = 'The key file holds the certificate and the certificate file holds the key.';
    return [found('tls-key', 'fail', 'swapped', reason, 'Swap the two files.', keyField)];
  }
  const key = readKey(pair.keyText);
  const certificates = readCertificates(pair.certificateText);
  const [leaf] = certificates ?? [];
  return [
    keyFinding(kindOf(pair.keyText), key),
    ...(certificates === undefined || leaf === undefined
      ? [unreadableCertificate(kindOf(pair.certificateText))]
      : [
          ...(key === undefined ? [] : [match(key, leaf, certificates)]),
          usage(leaf),
          validity(leaf, pair.now),
          name(leaf, pair),
          chain(certificates),
        ]),
  ];
}

function keyFinding(kind: PemText, key: KeyObject | undefined): Finding {
  const fail = (seen: string, reason: string, advice: string) =>
    found('tls-key', 'fail', seen, reason, advice, keyField);
  if (kind === 'encrypted key') {
    const advice = 'Take the pass phrase off: openssl pkey -in KEY -out NEWKEY';
    return fail('encrypted', 'The key is locked with a pass phrase, which the ingress cannot ask for.', advice);
  }
  if (key === undefined || kind === 'certificate') {
    const [reason, advice] = wrongText(kind, 'key', 'openssl pkey -inform der -in KEY -out NEWKEY');
    return fail(kind, reason, advice);
  }
  const unfit = unfitFor(key);
  if (unfit !== undefined) return found('tls-key', unfit.grade, unfit.seen, unfit.reason, newKey, keyField);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  const seen = `${key.asymmetricKeyType ?? 'key'}${bits === undefined ? '' : ` ${bits}`}`;
  if (bits !== undefined && bits < 2048) {
    const reason = `The key has ${bits} bits; browsers want 2048 or more.`;
    return found('tls-key', 'fail', seen, reason, newKey, keyField);
  }
  return found('tls-key', 'pass', seen, 'The key can be read.');
}

const newKey = 'Get a new key and certificate, with RSA 2048 or more, or ECDSA P-256.';

/** Curves of Go's crypto/x509; the ingress is a Go program. https://pkg.go.dev/crypto/x509#ParseCertificate */
const curves = new Set(['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']);

/** Keys that OpenSSL reads, but the ingress or browsers do not take. */
function unfitFor(key: KeyObject): { grade: Finding['grade']; seen: string; reason: string } | undefined {
  const type = key.asymmetricKeyType ?? 'key';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (type === 'ed25519') {
    return { grade: 'warn', seen: type, reason: 'The ingress takes an Ed25519 key, but most browsers do not.' };
  }
  if (type === 'ec' && curve !== undefined && !curves.has(curve))
    return { grade: 'fail', seen: `ec ${curve}`, reason: `The ingress does not take the curve ${curve}.` };
  if (type !== 'ec' && type !== 'rsa')
    return { grade: 'fail', seen: type, reason: `The ingress does not take keys of type ${type}.` };
  return undefined;
}

/** Extended key usages that allow a server: serverAuth, and any. RFC 5280 section 4.2.1.12 */
const serverUsages = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

function usage({ keyUsage }: X509Certificate): Finding {
  const allowed = keyUsage === undefined || keyUsage.length === 0 || keyUsage.some((id) => serverUsages.includes(id));
  if (allowed) return found('tls-certificate', 'pass', 'for servers', 'The certificate can be read.');
  const reason = 'The certificate is not for servers: its extended key usage lacks serverAuth, so clients refuse it.';
  return found('tls-certificate', 'fail', 'not for servers', reason, 'Get one for a web server (serverAuth).');
}

function unreadableCertificate(kind: PemText): Finding {
  const [reason, advice] = wrongText(kind, 'certificate', 'openssl x509 -inform der -in FILE -out NEWFILE');
  return found('tls-certificate', 'fail', kind, reason, advice);
}

function wrongText(kind: PemText, wanted: 'key' | 'certificate', convert: string): readonly [string, string] {
  switch (kind) {
    case 'nothing':
      return [`The ${wanted} file is missing or empty.`, `Give the path of the ${wanted} in PEM form.`];
    case 'PKCS#12':
      return [
        `The ${wanted} file is PKCS#12, which holds key and certificate together.`,
        wanted === 'key'
          ? 'Take the key out: openssl pkcs12 -in FILE -nodes -nocerts -out NEWKEY'
          : 'Take the certificates out: openssl pkcs12 -in FILE -nokeys -out NEWFILE',
      ];
    case 'PKCS#7':
      return [
        `The ${wanted} file is PKCS#7 (.p7b), which holds certificates only.`,
        wanted === 'key'
          ? 'Give the file with the key.'
          : 'Take them out: openssl pkcs7 -print_certs -in FILE -out NEWFILE (for a binary file add -inform der)',
      ];
    case 'no PEM':
      return [`The ${wanted} file is not PEM.`, `If it is DER, convert it: ${convert}`];
    case 'key':
    case 'encrypted key':
    case 'certificate':
      if (kind.includes('key') === (wanted === 'key'))
        return [`The ${wanted} is damaged.`, 'Copy the file again, whole.'];
      return [`The ${wanted} file holds a ${kind}.`, `Give the file with the ${wanted}.`];
    default:
      return [`The ${wanted} cannot be read.`, `Give a file with the ${wanted} in PEM form.`];
  }
}

function match(key: KeyObject, leaf: X509Certificate, certificates: readonly X509Certificate[]): Finding {
  if (leaf.checkPrivateKey(key)) return found('tls-match', 'pass', 'fits', 'The key fits the certificate.');
  const place = certificates.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (place === -1) {
    const advice = 'Give the key that the certificate was asked for with.';
    return found('tls-match', 'fail', 'does not fit', 'The key does not fit the certificate.', advice, keyField);
  }
  const reason = `The key fits certificate ${place + 1} of the file; it must be the first.`;
  return found('tls-match', 'fail', 'wrong order', reason, 'Put the own certificate first, then its issuers.');
}

function validity(leaf: X509Certificate, now: Date): Finding {
  const { validFromDate: from, validToDate: to } = leaf;
  const left = Math.floor((to.getTime() - now.getTime()) / dayMs);
  if (now < from) {
    const advice = 'Wait for that day, or set the clock right if it is wrong.';
    return found('tls-validity', 'fail', 'not yet valid', `The certificate is valid from ${day(from)} on.`, advice);
  }
  const renew = 'Have it renewed.';
  if (now > to) return found('tls-validity', 'fail', 'expired', `The certificate expired on ${day(to)}.`, renew);
  const seen = `${left} ${left === 1 ? 'day' : 'days'} left`;
  if (left < 30) return found('tls-validity', 'warn', seen, `The certificate expires on ${day(to)}.`, renew);
  return found('tls-validity', 'pass', seen, `The certificate is valid until ${day(to)}.`);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Only the subject alternative names count: browsers ignore the common name (RFC 9525 section 2). */
function name(leaf: X509Certificate, { dnsName, virtualAddress }: PairToInspect): Finding {
  const names = namesOf(leaf);
  if (leaf.checkHost(dnsName, { subject: 'never' }) !== undefined) {
    const alsoAddress = virtualAddress !== undefined && leaf.checkIP(virtualAddress) !== undefined;
    const reason = `The certificate covers ${dnsName}${alsoAddress ? ` and ${virtualAddress}` : ''}.`;
    return found('tls-name', 'pass', names, reason);
  }
  const advice = `Get one for ${dnsName}, or change the DNS name.`;
  return { ...found('tls-name', 'fail', names, `The certificate does not cover ${dnsName}.`, advice), wanted: dnsName };
}

function namesOf(leaf: X509Certificate): string {
  return leaf.subjectAltName?.replaceAll('DNS:', '').replaceAll('IP Address:', '') ?? 'no names';
}
