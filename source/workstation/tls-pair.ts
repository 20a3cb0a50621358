import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { atHome } from '../host/home-path.ts';
import { makeFolder } from '../host/make-folder.ts';
import { textOfFile } from '../host/read-text.ts';
import { whyUnread } from '../host/unread.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import type { Files } from '../site/files.ts';
import type { Site } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { normalisedPair } from '../tls/pem.ts';

/** PEM texts. The key is a secret. */
export interface TlsPair {
  readonly key: string;
  readonly certificate: string;
}

/** The pair that is on the workstation; undefined where a self-signed one was not made yet, or no longer fits. */
export async function standingPair(site: Site, files: Files, now: number): Promise<TlsPair | undefined> {
  if (site.tls.mode === 'files') {
    const [key, certificate] = [await readable(site.tls.key), await readable(site.tls.certificate)];
    return normalisedPair(key, certificate) ?? notReadable(site.tls.certificate);
  }
  const { key, certificate } = keptAt(files);
  try {
    const pair = { key: await textOfFile(key), certificate: await textOfFile(certificate) };
    return fits(pair, site.customer.dnsName, now) ? pair : undefined;
  } catch {
    return undefined;
  }
}

/** The standing pair, or a self-signed one that is made now and kept under `files.tls`. */
export async function ensurePair(site: Site, files: Files, now: number): Promise<TlsPair> {
  const standing = await standingPair(site, files, now);
  if (standing) return standing;
  const { selfSigned } = await import('../tls/self-signed.ts');
  const pair = await selfSigned(site.customer.dnsName, now, site.network.virtualAddress);
  const kept = keptAt(files);
  makeFolder(files.tls, 0o700);
  await writeAtomic(kept.key, pair.key, 0o600);
  await writeAtomic(kept.certificate, pair.certificate, 0o644);
  return pair;
}

function keptAt(files: Files): TlsPair {
  return { key: join(files.tls, 'tls.key'), certificate: join(files.tls, 'tls.crt') };
}

/** The two are written one after the other: what was cut off between them does not belong together. */
function fits({ key, certificate }: TlsPair, dnsName: string, now: number): boolean {
  const read = new X509Certificate(certificate);
  const together = read.checkPrivateKey(createPrivateKey(key));
  return together && read.checkHost(dnsName) !== undefined && Date.parse(read.validTo) > now;
}

function notReadable(where: string): never {
  throw new Fault({
    what: 'The key or the certificate is not readable PEM.',
    where,
    next: [`${kloudspot('preflight')}  says what is wrong with them.`],
  });
}

async function readable(path: string): Promise<string> {
  try {
    return await textOfFile(atHome(path));
  } catch (cause) {
    throw new Fault({
      what: `${path} cannot be read.`,
      why: whyUnread(cause),
      next: ['Put the file there, or correct the path: tls.key and tls.certificate in site.yaml.'],
      cause,
    });
  }
}
