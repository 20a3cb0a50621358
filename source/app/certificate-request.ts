import { join } from 'node:path';
import { exitCode, Fault } from '../errors/fault.ts';
import { localHost } from '../host/local.ts';
import { makeFolder } from '../host/make-folder.ts';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import type { Files } from '../site/files.ts';
import type { Site } from '../site/schema.ts';

/** Paths of the files of a signing request. */
export interface CertificateRequest {
  readonly key: string;
  readonly request: string;
  /** Where the certificate is expected once the authority has made it. */
  readonly certificate: string;
  /** The key was there before. */
  readonly keyKept: boolean;
}

/** A key, unless there is one, and a request for the site's names, by the OpenSSL of this machine. Throws `Fault` where it refuses. */
export async function requestCertificate(site: Site, { tls }: Pick<Files, 'tls'>): Promise<CertificateRequest> {
  const { dnsName } = site.customer;
  const at = (ending: string) => join(tls, `${dnsName}.${ending}`);
  makeFolder(tls, 0o700);
  const keyKept = (await textIfPresent(at('key'))) !== undefined;
  if (!keyKept) {
    const key = await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    await writeAtomic(at('key'), key, 0o600);
  }
  const names = [`DNS:${dnsName}`, ...(site.network.virtualAddress ? [`IP:${site.network.virtualAddress}`] : [])];
  const request = await openssl([
    'req',
    '-new',
    '-sha256',
    '-key',
    at('key'),
    '-subj',
    `/CN=${dnsName.slice(0, 64)}`,
    '-addext',
    `subjectAltName=${names.join(',')}`,
  ]);
  await writeAtomic(at('csr'), request, 0o644);
  return { key: at('key'), request: at('csr'), certificate: at('crt'), keyKept };
}

async function openssl(words: readonly string[]): Promise<string> {
  const host = localHost('this machine', () => undefined);
  const { code, stdout, stderr } = await host.run(['openssl', ...words], { deadline: 30_000 });
  await host.close();
  if (code === 0) return stdout;
  throw new Fault({
    what: 'OpenSSL did not make the request.',
    why: stderr.trim().split('\n').at(-1) || `exit code ${code}`,
    next: ['sudo apt-get install openssl'],
    exitCode: exitCode.stepFailed,
  });
}
