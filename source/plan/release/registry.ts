import type { Site } from '../../site/schema.ts';
import type { LookContext } from '../step.ts';

/** The registry that a site names. */
export type Registry = NonNullable<Site['registry']>;

/** Stands in a plan for the secret of the registry's user, and for what is made of it. */
export const secretPlace = '<registry secret>';
const loginPlace = '<registry login>';

/** What the placeholders of a plan stand for: the secret, and `user:secret` in base64 as HTTP and Docker's files take it. Both are masked from here on. */
export async function registryFill(context: LookContext): Promise<Readonly<Record<string, string>>> {
  const { registry } = context.site;
  if (registry?.user === undefined) return {};
  const secret = await context.registrySecret();
  const login = Buffer.from(`${registry.user}:${secret}`).toString('base64');
  context.conceal(secret);
  context.conceal(login);
  return { [secretPlace]: secret, [loginPlace]: login };
}

/** Docker's file of logins, as a pull secret holds it. */
export const dockerLogins = ({ host }: Registry): string => JSON.stringify({ auths: { [host]: { auth: loginPlace } } });

/** Text of `certs.d/UPSTREAM/hosts.toml`: this registry is asked first, the upstream when it does not answer. */
export function mirrorText({ host, user }: Registry, upstream: string, path: string): string {
  // What images of Docker Hub are named by is not where they are.
  const server = upstream === 'docker.io' ? 'registry-1.docker.io' : upstream;
  const place = `https://${host}/v2${path === '' ? '' : `/${path}`}`;
  return [
    '# Written by kloudspot: https://github.com/containerd/containerd/blob/main/docs/hosts.md',
    `server = "https://${server}"`,
    '',
    `[host."${place}"]`,
    '  capabilities = ["pull", "resolve"]',
    '  override_path = true',
    ...(user === undefined ? [] : [`  [host."${place}".header]`, `    Authorization = ["Basic ${loginPlace}"]`]),
    '',
  ].join('\n');
}
