import { type ClusterRanges, defaultRanges } from '../../microk8s/node.ts';
import { addressIn } from '../../network/addresses.ts';
import { blockYaml } from '../../site/block-yaml.ts';

/** What is true for one node from MicroK8s' first start on. */
export interface LaunchWish {
  /** IPv4 literal in the cluster's network: the kubelet would take that of the default route. */
  readonly address: string;
  /** Other names and addresses of the cluster that the API server's certificate is for. */
  readonly names: readonly string[];
  /** The same on every node of the cluster. */
  readonly ranges: ClusterRanges;
  /** Number of its failure domain, from 1; the datastore spreads its voters over them. */
  readonly domain?: number | undefined;
  /** Variables for containerd: the proxy through which images come. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export const clusterDomain = 'cluster.local';

/** Address of the cluster's name server: the tenth of the services, as MicroK8s has it. */
export const dnsAddress = ({ services }: ClusterRanges): string => addressIn(services, 10);

/** What `enable dns` gets besides: elsewhere than in its default range it takes any address of the services. */
export function dnsArguments(ranges: ClusterRanges): string[] {
  return ranges.services === defaultRanges.services ? [] : ['/etc/resolv.conf', dnsAddress(ranges)];
}

/** Text of `args/ha-conf`. */
export const failureDomain = (domain: number): string => `failure-domain=${domain}\n`;

/**
 * The launch configuration of a node (https://microk8s.io/docs/ref-launch-config). It stands in place of the one that comes
 * with the snap, so that dns and its kubelet arguments are named here as they are there.
 */
export function launchConfiguration({ address, names, ranges, domain, environment }: LaunchWish): string {
  const args = dnsArguments(ranges);
  return blockYaml({
    version: '0.1.0',
    addons: [{ name: 'dns', ...(args.length > 0 ? { args } : {}) }],
    extraKubeletArgs: {
      '--cluster-dns': dnsAddress(ranges),
      '--cluster-domain': clusterDomain,
      '--node-ip': address,
    },
    ...(environment === undefined ? {} : { extraContainerdEnv: environment }),
    ...(isDefault(ranges) ? {} : { extraCNIEnv: cniOf(ranges) }),
    extraSANs: certificateNames(names, ranges),
    ...(domain === undefined ? {} : { extraConfigFiles: { 'ha-conf': failureDomain(domain) } }),
  });
}

/** What the API server's certificate is for beside what MicroK8s gives it: its own service has another address in other ranges. */
export const certificateNames = (names: readonly string[], ranges: ClusterRanges): string[] => [
  ...names,
  ...(isDefault(ranges) ? [] : [addressIn(ranges.services, 1)]),
];

const isDefault = ({ pods, services }: ClusterRanges) =>
  pods === defaultRanges.pods && services === defaultRanges.services;

const cniOf = ({ pods, services }: ClusterRanges) => ({
  IPv4_SUPPORT: 'true',
  IPv4_CLUSTER_CIDR: pods,
  IPv4_SERVICE_CIDR: services,
});

/** Failure domains of the managers by their zones, numbered in the order of the words; none where a manager's zone is not stated. */
export function failureDomains(
  nodes: readonly { readonly name: string; readonly role: string; readonly zone?: string | undefined }[],
): Map<string, number> {
  const managers = nodes.filter(({ role }) => role === 'manager');
  if (managers.some(({ zone }) => zone === undefined)) return new Map();
  const zones = [...new Set(managers.map(({ zone = '' }) => zone))].toSorted();
  return new Map(managers.map(({ name, zone = '' }) => [name, zones.indexOf(zone) + 1]));
}
