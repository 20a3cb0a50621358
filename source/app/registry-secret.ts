import { isAbsolute } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { atHome } from '../host/home-path.ts';
import { readPrivateFile } from '../host/private-file.ts';
import type { Passwords } from '../host/secrets.ts';
import type { Site } from '../site/schema.ts';

const ways = [
  'Name a file of mode 0600 that holds it: registry.secretFile in site.yaml',
  'Or give it as `registry:` in the file of --password-file or on --password-fd',
];

/** The password or token of the registry's user: from its file, else as it came with the passwords. Throws `Fault` where there is none. */
export async function registrySecret({ registry }: Site, passwords: Pick<Passwords, 'registry'>): Promise<string> {
  const { host = '', user = '', secretFile } = registry ?? {};
  const secret = secretFile === undefined ? passwords.registry() : await fromFile(secretFile);
  if (secret !== undefined) return secret;
  throw new Fault({ what: `The password of ${user} at ${host} is missing.`, next: ways });
}

async function fromFile(written: string): Promise<string> {
  const path = atHome(written);
  const field = 'registry.secretFile';
  // The run works in another folder.
  if (!isAbsolute(path))
    throw new Fault({ what: `${field} does not begin with /.`, where: written, next: ['Write the whole path.'] });
  const [secret = ''] = (await readPrivateFile(path, 'file with the secret of the registry')).split(/\r?\n/, 1);
  if (secret === '') throw new Fault({ what: `The file of ${field} is empty.`, where: path, next: ways });
  return secret;
}

/** Before anything is begun: a registry with a user needs its secret. */
export async function refuseMissingSecret(site: Site, passwords: Pick<Passwords, 'registry'>): Promise<void> {
  if (site.registry?.user !== undefined) await registrySecret(site, passwords);
}
