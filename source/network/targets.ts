import * as z from 'zod';
import { atHome } from '../host/home-path.ts';
import type { HostTarget } from '../host/host.ts';
import { type DraftValue, nodeSchema, type SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { wantedAddress } from './addresses.ts';

/** How a node is reached: at the address it has now and, once that has changed, at the one it is to have. */
export function targetOf(
  node: Pick<SiteNode, 'name' | 'reach' | 'role' | 'local' | 'access' | 'network' | 'kubeconfig'>,
): HostTarget {
  const { access = {} } = node;
  const wanted = wantedAddress(node)?.address;
  return {
    node: node.name,
    addresses: wanted === undefined || wanted === node.reach ? [node.reach] : [node.reach, wanted],
    ...defined({ port: access.port, user: access.user }),
    ...(access.key === undefined ? {} : { identityFile: atHome(access.key) }),
    ...defined({ jump: access.jump }),
    ...(node.local ? { local: true } : {}),
    ...(node.kubeconfig === undefined ? {} : { kubeconfig: atHome(node.kubeconfig) }),
  };
}

const { reach, role, local, access, network } = nodeSchema.shape;

/** A node that is still being written: what is not right yet counts as not given. */
const draftNode = z.object({
  reach,
  name: z.string().min(1).optional().catch(undefined),
  role: role.catch('manager'),
  local: local.catch(undefined),
  access: access.catch(undefined),
  network: network.catch(undefined),
});

/** The same for a node of a draft; without a name it goes by its address. Undefined while its address is missing or wrong. */
export function draftTarget(node: DraftValue): HostTarget | undefined {
  const { data } = draftNode.safeParse(node);
  return data && targetOf({ ...data, name: data.name ?? data.reach });
}
