import { atHome } from '../host/home-path.ts';
import type { HostTarget } from '../host/host.ts';
import type { SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { wantedAddress } from './addresses.ts';

/** How a node is reached: at the address it has now and, once that has changed, at the one it is to have. */
export function targetOf(node: Pick<SiteNode, 'name' | 'reach' | 'role' | 'seat' | 'access' | 'network'>): HostTarget {
  const { access = {} } = node;
  const wanted = wantedAddress(node)?.address;
  return {
    node: node.name,
    addresses: wanted === undefined || wanted === node.reach ? [node.reach] : [node.reach, wanted],
    ...defined({ port: access.port, user: access.user }),
    ...(access.key === undefined ? {} : { identityFile: atHome(access.key) }),
    ...defined({ jump: access.jump }),
    ...(node.seat ? { local: true } : {}),
  };
}
