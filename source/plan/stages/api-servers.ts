import { folders } from '../../microk8s/node.ts';
import type { Site } from '../../site/schema.ts';
import type { PlannedFile } from '../step.ts';
import { planApiServer } from '../steps/api-server.ts';
import { planGroupBindings } from '../steps/group-bindings.ts';
import type { Planning } from './planning.ts';

const authorityName = 'kloudspot-oidc.crt';

/** Where the site wants RBAC: every manager, one after the other, then what groups may do. */
export function addApiServers({ site, seed, list }: Planning): void {
  const { rbac, oidc } = site.cluster;
  if (!rbac) return;
  for (const { name } of site.nodes.filter(({ role }) => role === 'manager'))
    list.addCluster(planApiServer({ node: name, arguments: argumentsOf(oidc) }, authorityOf(name, oidc)));
  const groups = Object.entries(oidc?.groups ?? {});
  const bindings = groups.map(([role, names]) => ({ role, groups: names.map((name) => `${oidc?.prefix}${name}`) }));
  if (bindings.length > 0) list.addCluster(planGroupBindings({ seed: seed.name, bindings }));
}

type Oidc = Site['cluster']['oidc'];

/** As the API server names them: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens */
export function argumentsOf(oidc: Oidc): { readonly name: string; readonly value: string }[] {
  const authority = oidc?.certificateAuthority;
  const given = {
    '--authorization-mode': 'RBAC,Node',
    ...(oidc && {
      '--oidc-issuer-url': oidc.issuer,
      '--oidc-client-id': oidc.clientId,
      '--oidc-username-claim': oidc.usernameClaim,
      '--oidc-username-prefix': oidc.prefix,
      '--oidc-groups-claim': oidc.groupsClaim,
      '--oidc-groups-prefix': oidc.prefix,
    }),
    ...(authority && { '--oidc-ca-file': `\${SNAP_DATA}/certs/${authorityName}` }),
  };
  return Object.entries(given).map(([name, value]) => ({ name, value }));
}

/** A certificate is public. Beside those of MicroK8s it goes along with a refresh of the snap. */
function authorityOf(node: string, oidc: Oidc): PlannedFile[] {
  const content = oidc?.certificateAuthority;
  return content === undefined
    ? []
    : [{ node, path: `${folders.data}/certs/${authorityName}`, content, mode: 0o644, owner: 'root:root' }];
}
