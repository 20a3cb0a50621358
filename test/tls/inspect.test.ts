import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectPair, type PairToInspect } from '../../source/tls/inspect.ts';
import { kindOf, normalisedPair } from '../../source/tls/pem.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { authority, days, leaf, now, type Pair } from './pairs.ts';

let root: Pair;
let middle: Pair;
let good: Pair;
let other: Pair;
beforeAll(async () => {
  root = await authority('root');
  middle = await authority('middle', root);
  good = await leaf(middle, ['spot.acme.eu']);
  other = await leaf(middle, ['spot.acme.eu']);
});

function judge(change: Partial<PairToInspect> = {}): string[] {
  const pair = {
    keyText: good.key,
    certificateText: good.certificate + middle.certificate,
    dnsName: 'spot.acme.eu',
    now,
  };
  return inspectPair({ ...pair, ...change })
    .filter((finding) => finding.grade !== 'pass')
    .map((finding) => `${finding.grade} ${finding.check} ${finding.seen} @${finding.field?.join('.')}`);
}

describe('a pair that fits', () => {
  it('passes every check, with and without the root', () => {
    expect(judge()).toEqual([]);
    expect(judge({ certificateText: good.certificate + middle.certificate + root.certificate })).toEqual([]);
  });

  it('may stand in files with Windows line ends and remarks between', () => {
    const windows = `subject=spot\n${good.certificate}\nissuer\n${middle.certificate}`.replaceAll('\n', '\r\n');
    expect(judge({ certificateText: windows, keyText: good.key.replaceAll('\n', '\r\n') })).toEqual([]);
  });

  it('may cover the name by a wildcard, one level deep', async () => {
    const wild = await leaf(middle, ['*.acme.eu']);
    const pair = { keyText: wild.key, certificateText: wild.certificate + middle.certificate };
    expect(judge(pair)).toEqual([]);
    expect(judge({ ...pair, dnsName: 'a.spot.acme.eu' })).toEqual(['fail tls-name *.acme.eu @tls.certificate']);
  });
});

describe('a pair that does not', () => {
  it.each<[string, () => Partial<PairToInspect>, string[]]>([
    ['no key', () => ({ keyText: '' }), ['fail tls-key nothing @tls.key']],
    ['no certificate', () => ({ certificateText: ' \n' }), ['fail tls-certificate nothing @tls.certificate']],
    ['swapped', () => ({ keyText: good.certificate, certificateText: good.key }), ['fail tls-key swapped @tls.key']],
    ['a certificate for a key', () => ({ keyText: good.certificate }), ['fail tls-key certificate @tls.key']],
    ['a key for a certificate', () => ({ certificateText: good.key }), ['fail tls-certificate key @tls.certificate']],
    ['DER', () => ({ certificateText: '0\u0082\u0003' }), ['fail tls-certificate no PEM @tls.certificate']],
    [
      'a damaged certificate',
      () => ({ certificateText: good.certificate.replace(/\n.{20}/, '\nAAAA') }),
      ['fail tls-certificate certificate @tls.certificate'],
    ],
    ['a damaged key', () => ({ keyText: good.key.replace(/\n.{20}/, '\nAAAA') }), ['fail tls-key key @tls.key']],
    ['another key', () => ({ keyText: other.key }), ['fail tls-match does not fit @tls.key']],
    [
      'the wrong order',
      () => ({ certificateText: middle.certificate + good.certificate }),
      [
        'fail tls-match wrong order @tls.certificate',
        'fail tls-name no names @tls.certificate',
        'fail tls-chain wrong order @tls.certificate',
      ],
    ],
    ['no issuer', () => ({ certificateText: good.certificate }), ['warn tls-chain no issuer @tls.certificate']],
    [
      'an issuer left out',
      () => ({ certificateText: good.certificate + root.certificate }),
      ['fail tls-chain wrong order @tls.certificate'],
    ],
    ['another name', () => ({ dnsName: 'other.acme.eu' }), ['fail tls-name spot.acme.eu @tls.certificate']],
    ['nearly ended', () => ({ now: days(180) }), ['warn tls-validity 20 days left @tls.certificate']],
    ['ended', () => ({ now: days(201) }), ['fail tls-validity expired @tls.certificate']],
    ['not begun', () => ({ now: days(-11) }), ['fail tls-validity not yet valid @tls.certificate']],
  ])('%s', (_name, change, expected) => {
    expect(judge(change())).toEqual(expected);
  });

  it('a common name alone covers nothing', async () => {
    const bare = await leaf(middle, ['else.acme.eu']);
    expect(judge({ keyText: bare.key, certificateText: bare.certificate + middle.certificate })).toHaveLength(1);
  });

  it('every finding that is not a pass says what to do', () => {
    for (const finding of inspectPair({
      keyText: '',
      certificateText: good.certificate,
      dnsName: 'x.eu',
      now: days(300),
    })) {
      if (finding.grade !== 'pass') expect(finding.advice).toBeTruthy();
    }
  });
});

describe('keys as openssl writes them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const openssl = (...words: readonly string[]) =>
    execFileSync('openssl', words, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });

  it('with a pass phrase, old form and new, are told apart from damaged ones', () => {
    writeFileSync(join(folder, 'key'), good.key);
    openssl('pkey', '-in', 'key', '-aes256', '-passout', 'pass:x', '-out', 'locked');
    openssl('ec', '-in', 'key', '-aes256', '-passout', 'pass:x', '-out', 'old');
    for (const name of ['locked', 'old']) {
      expect(judge({ keyText: readFileSync(join(folder, name), 'utf8') })).toEqual(['fail tls-key encrypted @tls.key']);
    }
  });

  const made = (name: string, ...words: readonly string[]): Partial<PairToInspect> => {
    openssl(
      'req',
      '-x509',
      '-nodes',
      '-subj',
      '/CN=spot.acme.eu',
      '-addext',
      'subjectAltName=DNS:spot.acme.eu',
      '-days',
      '300',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      ...words,
    );
    const text = (file: string) => readFileSync(join(folder, file), 'utf8');
    return { keyText: text(`${name}.key`), certificateText: text(`${name}.crt`), now: new Date() };
  };

  it.each([
    ['Ed25519, which the ingress takes and browsers do not', ['-newkey', 'ed25519'], 'warn tls-key ed25519 @tls.key'],
    ['Ed448', ['-newkey', 'ed448'], 'fail tls-key ed448 @tls.key'],
    ['secp256k1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'], 'fail tls-key ec secp256k1 @tls.key'],
    [
      'brainpool',
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'],
      'fail tls-key ec brainpoolP256r1 @tls.key',
    ],
    [
      'for clients only',
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-addext', 'extendedKeyUsage=clientAuth'],
      'fail tls-certificate not for servers @tls.certificate',
    ],
  ])('%s: judged as the ingress does', (name, words, expected) => {
    expect(judge(made(name.slice(0, 7).trim(), ...words))).toContain(expected);
  });

  it.each([
    [
      'P-256',
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
    ],
    ['RSA', ['-newkey', 'rsa:2048']],
  ])('%s passes, with a byte-order mark too, and what goes on is plain PEM', (name, words) => {
    const pair = made(name, ...words);
    const mark = '\uFEFF';
    const marked = {
      ...pair,
      keyText: `${mark}${pair.keyText}`,
      certificateText: `${mark}remark\r\n${pair.certificateText}`,
    };
    expect(judge(marked)).toEqual(['warn tls-chain self-signed @tls.certificate']);
    const normal = normalisedPair(marked.keyText, marked.certificateText);
    expect(normal?.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(normal?.certificate).toBe(pair.certificateText);
  });

  it('PKCS#12 and PKCS#7 are named with the command that works', () => {
    made('pack', '-newkey', 'rsa:2048');
    openssl('pkcs12', '-export', '-in', 'pack.crt', '-inkey', 'pack.key', '-passout', 'pass:', '-out', 'pack.p12');
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'pack.crt', '-out', 'pack.p7b');
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'pack.crt', '-outform', 'der', '-out', 'pack.der.p7b');
    const kinds = ['pack.p12', 'pack.p7b', 'pack.der.p7b'].map((name) =>
      kindOf(readFileSync(join(folder, name), 'utf8')),
    );
    expect(kinds).toEqual(['PKCS#12', 'PKCS#7', 'PKCS#7']);
    const text = readFileSync(join(folder, 'pack.p12'), 'utf8');
    const advice = inspectPair({ keyText: text, certificateText: text, dnsName: 'x.eu', now }).map((one) => one.advice);
    expect(advice).toEqual([expect.stringContaining('-nocerts'), expect.stringContaining('-nokeys')]);
    expect(openssl('pkcs12', '-in', 'pack.p12', '-passin', 'pass:', '-nodes', '-nocerts')).toContain(
      'BEGIN PRIVATE KEY',
    );
    expect(openssl('pkcs12', '-in', 'pack.p12', '-passin', 'pass:', '-nokeys')).toContain('BEGIN CERTIFICATE');
    expect(openssl('pkcs7', '-print_certs', '-in', 'pack.p7b')).toContain('BEGIN CERTIFICATE');
    expect(openssl('pkcs7', '-print_certs', '-in', 'pack.der.p7b', '-inform', 'der')).toContain('BEGIN CERTIFICATE');
  });

  it('that are too short are refused', () => {
    openssl('genrsa', '-traditional', '-out', 'short', '1024');
    expect(judge({ keyText: readFileSync(join(folder, 'short'), 'utf8') })[0]).toBe('fail tls-key rsa 1024 @tls.key');
  });

  it('with curve parameters before them are read', () => {
    expect(kindOf(openssl('ecparam', '-name', 'prime256v1', '-genkey'))).toBe('key');
  });
});

describe('a self-signed pair', () => {
  it('covers the DNS name and the virtual address, fits, and only its issuer is warned of', async () => {
    const pair = await selfSigned('spot.acme.eu', Date.now(), '10.0.4.30');
    const findings = inspectPair({
      keyText: pair.key,
      certificateText: pair.certificate,
      dnsName: 'spot.acme.eu',
      virtualAddress: '10.0.4.30',
      now: new Date(),
    });
    expect(findings.filter((finding) => finding.grade !== 'pass').map((finding) => finding.seen)).toEqual([
      'self-signed',
    ]);
    expect(findings.find((finding) => finding.check === 'tls-name')?.reason).toContain('10.0.4.30');
  });

  it('is made for names longer than a common name can be', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;
    const pair = await selfSigned(long, Date.now());
    const findings = inspectPair({
      keyText: pair.key,
      certificateText: pair.certificate,
      dnsName: long,
      now: new Date(),
    });
    expect(findings.filter((finding) => finding.grade === 'fail')).toEqual([]);
  });
});
