import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What a text that should be PEM really is. */
export type PemText = 'nothing' | 'key' | 'encrypted key' | 'certificate' | 'both' | 'other PEM' | 'no PEM';

export function kindOf(text: string): PemText {
  if (text.trim() === '') return 'nothing';
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
  if (labels.length === 0) return 'no PEM';
  const key = labels.some((label) => label.endsWith('PRIVATE KEY'));
  const certificate = labels.some((label) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (key && certificate) return 'both';
  if (certificate) return 'certificate';
  if (!key) return 'other PEM';
  return labels.includes('ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(text) ? 'encrypted key' : 'key';
}

/** The private key in a text, or undefined when OpenSSL cannot read it. */
export function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
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
