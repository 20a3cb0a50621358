import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestCertificate } from '../../source/app/certificate-request.ts';
import { siteOf } from '../plan/sample.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ks-request-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const site = siteOf({ managers: 3 });

describe('a request for a certificate, by the OpenSSL of this machine', () => {
  test('names the DNS name and the virtual address, and its signature fits the key that only its owner reads', async () => {
    const made = await requestCertificate(site, { tls: join(root, 'tls') });
    expect(made.keyKept).toBe(false);
    expect((await stat(made.key)).mode & 0o777).toBe(0o600);
    const text = execFileSync('openssl', ['req', '-in', made.request, '-noout', '-text', '-verify'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text).toContain(`DNS:${site.customer.dnsName}`);
    expect(text).toContain(`IP Address:${site.network.virtualAddress}`);
    expect(publicKey(['pkey', '-in', made.key, '-pubout'])).toBe(
      publicKey(['req', '-in', made.request, '-noout', '-pubkey']),
    );
  });

  test('uses a key that is there again', async () => {
    const first = await requestCertificate(site, { tls: root });
    const key = await readFile(first.key, 'utf8');
    expect((await requestCertificate(site, { tls: root })).keyKept).toBe(true);
    expect(await readFile(first.key, 'utf8')).toBe(key);
  });
});

const publicKey = (words: readonly string[]) => execFileSync('openssl', words, { encoding: 'utf8' });
