import { folders } from '../../microk8s/node.ts';
import { parseSite } from '../../site/load.ts';
import type { Site } from '../../site/schema.ts';
import type { PlannedFile } from '../step.ts';
import { planApiServer, publicFile } from '../steps/api-server.ts';
import { planGroupBindings } from '../steps/group-bindings.ts';
import type { Planning } from './planning.ts';

const authorityName = 'kloudspot-oidc.crt';
const authorityPath = `${folders.data}/certs/${authorityName}`;

/**
 * Where the site wants RBAC, or the site of the last run did: every manager, one after the other, then what groups may do. What the
 * site does not ask for any more is taken away.
 */
export function addApiServers({ site, seed, list, cluster }: Planning): void {
  const { rbac, oidc } = site.cluster;
  const before = cluster?.site === undefined ? undefined : clusterOf(cluster.site);
  if (!rbac && !before?.rbac) return;
  const wanted = rbac ? argumentsOf(oidc) : [{ name: mode, value: 'AlwaysAllow' }];
  const gone = everyArgument.filter((name) => !wanted.some((each) => each.name === name));
  const unnamed = oidc?.certificateAuthority === undefined && before?.oidc?.certificateAuthority !== undefined;
  const asked = { arguments: wanted, gone, ...(unnamed && { remove: authorityPath }) };
  for (const { name } of site.nodes.filter(({ role }) => role === 'manager'))
    list.addCluster(planApiServer({ node: name, ...asked }, authorityOf(name, oidc)));
  const bindings = bindingsOf(oidc);
  const unbound = bindingsOf(before?.oidc).filter(({ role }) => !bindings.some((each) => each.role === role));
  if (bindings.length + unbound.length > 0)
    list.addCluster(planGroupBindings({ seed: seed.name, bindings, gone: unbound }));
}

/** Undefined for a text that does not hold a site of this version. */
function clusterOf(text: string): Site['cluster'] | undefined {
  const read = parseSite(text, 'site.yaml');
  return 'site' in read ? read.site.cluster : undefined;
}

const bindingsOf = (oidc: Oidc) =>
  Object.entries(oidc?.groups ?? {}).map(([role, names]) => ({
    role,
    groups: names.map((name) => `${oidc?.prefix}${name}`),
  }));

type Oidc = Site['cluster']['oidc'];

const mode = '--authorization-mode';
const authorityArgument = '--oidc-ca-file';

/** As the API server names them: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens */
export function argumentsOf(oidc: Oidc): { readonly name: string; readonly value: string }[] {
  const authority = oidc?.certificateAuthority;
  const given = {
    [mode]: 'RBAC,Node',
    ...(oidc && {
      '--oidc-issuer-url': oidc.issuer,
      '--oidc-client-id': oidc.clientId,
      '--oidc-username-claim': oidc.usernameClaim,
      '--oidc-username-prefix': oidc.prefix,
      '--oidc-groups-claim': oidc.groupsClaim,
      '--oidc-groups-prefix': oidc.prefix,
    }),
    ...(authority && { [authorityArgument]: `\${SNAP_DATA}/certs/${authorityName}` }),
  };
  return Object.entries(given).map(([name, value]) => ({ name, value }));
}

/** Every one that a site may ask for. */
const everyArgument = [
  mode,
  '--oidc-issuer-url',
  '--oidc-client-id',
  '--oidc-username-claim',
  '--oidc-username-prefix',
  '--oidc-groups-claim',
  '--oidc-groups-prefix',
  authorityArgument,
];

/** Beside those of MicroK8s it goes along with a refresh of the snap. */
function authorityOf(node: string, oidc: Oidc): PlannedFile[] {
  const content = oidc?.certificateAuthority;
  return content === undefined ? [] : [{ node, path: authorityPath, content, ...publicFile }];
}
