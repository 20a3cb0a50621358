import type { NodeFacts } from '../facts/facts.ts';

export const cloudInitPath = '/etc/cloud/cloud.cfg.d/99-kloudspot-network.cfg';

/**
 * Keeps cloud-init from writing its netplan file again at the next boot. Undefined where it is not there or off already.
 * https://docs.cloud-init.io/en/latest/reference/network-config.html#disabling-network-configuration
 */
export function cloudInitDocument(facts: NodeFacts): { readonly path: string; readonly content: string } | undefined {
  if (facts.network === undefined || !facts.network.cloudInitPresent || facts.network.cloudInitNetworkDisabled) {
    return undefined;
  }
  return {
    path: cloudInitPath,
    content:
      '# The network of this node is set by kloudspot: /etc/netplan/60-kloudspot.yaml\nnetwork: {config: disabled}\n',
  };
}
