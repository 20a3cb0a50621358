import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { BundleManifest } from '../../bundle/manifest.ts';
import { localHost } from '../../host/local.ts';
import { trackOf } from '../../microk8s/tracks.ts';
import { registrySecret } from '../registry-secret.ts';
import type { OpenedSite } from '../site.ts';
import { createBundle } from './create.ts';
import { realStores } from './stores.ts';

/** Node's names of architectures, as Debian calls them. */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  s390x: 's390x',
  ppc64: 'ppc64el',
};

export interface MakeOptions {
  readonly output: string;
  readonly releases: readonly string[];
  /** As Debian calls it. Default: that of this machine. */
  readonly architecture?: string | undefined;
  readonly program?: string | undefined;
  readonly progress: (text: string) => void;
}

/** Makes the bundle of a site from the real stores, or in a rehearsal from what stands for them. */
export async function makeBundle(opened: OpenedSite, options: MakeOptions): Promise<BundleManifest> {
  const { site, product, world } = opened;
  const architecture = options.architecture ?? architectures[process.arch] ?? process.arch;
  // The single executable is a file that can be taken along as it is.
  const program = options.program ?? (isSea() ? process.execPath : undefined);
  const wish = { ...options, site, product, architecture, program, now: new Date(world.clock.now()) };
  if (world.stores) return createBundle(wish, world.stores, options.progress);
  const here = localHost('this machine', () => undefined);
  const logins = await loginsOf(opened);
  try {
    const access = { architecture, kubernetes: `${trackOf(site.cluster.channel)}.0`, logins: logins?.file };
    return await createBundle(wish, realStores(here, access), options.progress);
  } finally {
    await here.close();
    await logins?.remove();
  }
}

/** The login of the site's registry as Docker keeps it, in a folder of ours alone until the bundle is made. */
async function loginsOf({ site, passwords }: OpenedSite) {
  const { host, user } = site.registry ?? {};
  if (host === undefined || user === undefined) return undefined;
  const auth = Buffer.from(`${user}:${await registrySecret(site, passwords)}`).toString('base64');
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-logins-'));
  const file = join(folder, 'config.json');
  await chmod(folder, 0o700);
  await writeFile(file, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
