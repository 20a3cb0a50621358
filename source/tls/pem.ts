import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What a text that should be PEM really is. */
export type PemText =
  | 'nothing'
  | 'key'
  | 'encrypted key'
  | 'certificate'
  | 'both'
  | 'PKCS#7'
  | 'PKCS#12'
  | 'other PEM'
  | 'no PEM';

export function kindOf(text: string): PemText {
  if (text.trim() === '') return 'nothing';
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
  if (labels.length === 0) return binaryKind(text);
  if (labels.some((label) => label === 'PKCS7' || label === 'CMS')) return 'PKCS#7';
  const key = labels.some((label) => label.endsWith('PRIVATE KEY'));
  const certificate = labels.some((label) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (key && certificate) return 'both';
  if (certificate) return 'certificate';
  if (!key) return 'other PEM';
  return labels.includes('ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(text) ? 'encrypted key' : 'key';
}

/** What a binary file is, by its first bytes; those beyond ASCII are lost in a text. */
function binaryKind(text: string): PemText {
  // SEQUENCE { INTEGER 3, …: RFC 7292 section 4
  const head = text.startsWith('0') ? text.slice(1, 10) : '';
  if (head.includes('\u0002\u0001\u0003')) return 'PKCS#12';
  // SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549.1.7.2, …: RFC 2315
  return head.includes('\u0006\t*') ? 'PKCS#7' : 'no PEM';
}

/** Editors of Windows put it in front of a text; Go's PEM reader then misses the first block. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/**
 * Key and certificates as the ingress gets them: the blocks alone, in the form that every reader takes. Undefined where one of the
 * two cannot be read.
 */
export function normalisedPair(
  keyText: string,
  certificateText: string,
): { readonly key: string; readonly certificate: string } | undefined {
  const key = readKey(keyText);
  const certificates = readCertificates(certificateText);
  if (key === undefined || certificates === undefined) return undefined;
  return {
    key: String(key.export({ type: 'pkcs8', format: 'pem' })),
    certificate: certificates.map((certificate) => certificate.toString()).join(''),
  };
}

/** The private key in a text, or undefined when OpenSSL cannot read it. */
export function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(withoutMark(text));
  } catch {
    return undefined;
  }
}

/** The certificates of a text in their order; undefined when one of them cannot be read. */
export function readCertificates(text: string): X509Certificate[] | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length === 0 ? undefined : blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}
