import { generate } from 'selfsigned';

/** PEM texts. */
export interface Pair {
  readonly key: string;
  readonly certificate: string;
}

/** When every pair of these tests is looked at. */
export const now = new Date('2026-11-21T10:00:00Z');
/** That many days after `now`. */
export const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
const ec = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A certificate authority, signed by another where one is given. */
export async function authority(name: string, issuer?: Pair): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...ec,
    notBeforeDate: days(-100),
    notAfterDate: days(4000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true },
    ],
    ...(issuer === undefined ? {} : { ca: { key: issuer.key, cert: issuer.certificate } }),
  });
  return { key: made.private, certificate: made.cert };
}

/** A certificate for names, valid between two days relative to `now`. */
export async function leaf(issuer: Pair, names: readonly string[], from = -10, to = 200): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: 'spot.acme.eu' }], {
    ...ec,
    notBeforeDate: days(from),
    notAfterDate: days(to),
    ca: { key: issuer.key, cert: issuer.certificate },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
    ],
  });
  return { key: made.private, certificate: made.cert };
}
