import { inspectPair } from '../tls/pair.ts';
import { type Check, type CheckInput, fail, siteCheck, warn } from './check.ts';
import type { ReadText } from './evidence.ts';
import type { Finding } from './finding.ts';

const words = {
  id: 'tls',
  title: 'Certificate',
  why: 'Browsers and devices refuse a certificate that has expired, does not name the DNS name, or does not fit its key. The ingress then answers with one of its own.',
  source: 'RFC 9525; https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets',
};

export const tlsPair: Check = { ...words, about: 'site', judge };

function judge(input: CheckInput): readonly Finding[] {
  const { site, evidence } = input;
  const own = (check: Check) => check.judge(input);
  if (site.tls.mode === 'self-signed') {
    const advice = 'Give a certificate for the DNS name when one can be had';
    return own(
      siteCheck(words, () => warn('self-signed', 'Browsers will warn of it.', { advice, field: ['tls', 'mode'] })),
    );
  }
  const read = evidence?.tls;
  if (!read) {
    return own(
      siteCheck(words, () => warn('not read', 'The certificate files were not looked at.', { field: ['tls'] })),
    );
  }
  const { key, certificate } = read;
  const unreadable = [...unread(key, 'key', site.tls.key), ...unread(certificate, 'certificate', site.tls.certificate)];
  if (unreadable.length > 0) {
    return unreadable.flatMap(({ what, field, why }) =>
      own(siteCheck(words, () => fail('cannot be read', `The ${what} cannot be read: ${why}`, { field }))),
    );
  }
  if (!('text' in key) || !('text' in certificate)) return [];
  const { virtualAddress } = site.network;
  return inspectPair({
    keyText: key.text,
    certificateText: certificate.text,
    dnsName: site.customer.dnsName,
    ...(virtualAddress === undefined ? {} : { virtualAddress }),
    now: new Date(evidence.atMs),
  });
}

function unread(file: ReadText, what: 'key' | 'certificate', path: string) {
  return 'problem' in file ? [{ what: `${what} file ${path}`, field: ['tls', what], why: file.problem }] : [];
}
