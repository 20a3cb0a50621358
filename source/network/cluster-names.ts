import type { Site } from '../site/schema.ts';

/** Names and addresses under which clients reach the whole cluster. */
export const clusterNames = ({ network, customer }: Pick<Site, 'network' | 'customer'>): string[] => [
  ...(network.virtualAddress === undefined ? [] : [network.virtualAddress]),
  customer.dnsName,
];
