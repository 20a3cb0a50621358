/** Ids of the checks that decide whether the nodes can change their addresses; the others are about building a cluster. */
export const addressChecks: ReadonlySet<string> = new Set([
  'access',
  'interface',
  'gateway',
  'address-unique',
  'same-network',
  'cluster-ranges',
  'netplan-files',
  'virtual-address',
  'addresses-free',
  'member-address',
]);
