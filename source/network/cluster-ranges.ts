import { type ClusterRanges, defaultRanges } from '../microk8s/node.ts';
import { networkOf, shareAddresses } from '../site/address-rules.ts';
import type { Finding, Grade } from '../site/finding.ts';
import type { Site, SitePath } from '../site/schema.ts';
import { ofNode, type Placed } from './placed.ts';

/** What the cluster of this site gives to pods and services. */
export const rangesOf = ({ cluster }: Pick<Site, 'cluster'>): ClusterRanges => ({
  pods: cluster.podRange,
  services: cluster.serviceRange,
});

/** Where else pods and services can be: private networks (RFC 1918) that few sites use, apart from each other. */
const others = {
  pods: ['10.244.0.0/16', '172.30.0.0/16', '10.201.0.0/16'],
  services: ['10.153.183.0/24', '172.31.183.0/24', '10.202.183.0/24'],
} as const;

/** MicroK8s' own ranges, each replaced by one that overlaps none of these networks, where there is one. */
export function freeRanges(networks: readonly string[]): ClusterRanges {
  const free = (own: string, candidates: readonly string[]) =>
    [own, ...candidates].find((range) => networks.every((network) => !shareAddresses(range, network))) ?? own;
  return { pods: free(defaultRanges.pods, others.pods), services: free(defaultRanges.services, others.services) };
}

/** The networks that a node is in or has a route to; not those of a cluster that runs on it. */
export function networksOf(one: Pick<Placed, 'address' | 'facts'>): string[] {
  return [...(one.address === undefined ? [] : [networkOf(one.address)]), ...routesOf(one)];
}

const fields = { pods: ['cluster', 'podRange'], services: ['cluster', 'serviceRange'] } as const satisfies Record<
  keyof ClusterRanges,
  SitePath
>;
const kinds = ['pods', 'services'] as const;

/** Pods and services have ranges of their own; a node that has a route into them would send their packets elsewhere. */
export function rangeFindings(site: Site, one: Placed, placed: readonly Placed[]): Finding[] {
  if (one.address === undefined) return [];
  const check = 'cluster-ranges';
  const own = networkOf(one.address);
  const clash = clashOf(rangesOf(site), networksOf(one));
  if (clash === undefined) {
    const reason = "The node's networks and those of pods and services are apart.";
    return [ofNode(one, { check, grade: 'pass', seen: own, reason })];
  }
  const { network, cidr, what, grade } = clash;
  const words = network === own ? 'network' : 'route to';
  const free = freeRanges(placed.flatMap(networksOf))[what];
  const finding = {
    check,
    grade,
    seen: network,
    wanted: `outside ${cidr}`,
    reason: `The node's ${words} ${network} overlaps ${cidr}, which MicroK8s uses for ${what}.`,
    advice:
      free === cidr
        ? `Choose a range that no node uses in ${fields[what].join('.')}`
        : `Choose ${free} in ${fields[what].join('.')}, or another network for the nodes`,
  };
  return [{ ...ofNode(one, finding), field: fields[what] }];
}

/** A wider route loses against the cluster's own, so the cluster works; what lies behind it in that range is hidden. */
function clashOf(ranges: ClusterRanges, networks: readonly string[]) {
  const clashes = networks.flatMap((network) =>
    kinds
      .map((what) => ({ what, cidr: ranges[what] }))
      .filter(({ cidr }) => shareAddresses(network, cidr))
      .map(({ what, cidr }) => {
        const grade: Grade = prefixOf(network) < prefixOf(cidr) && network !== networks[0] ? 'warn' : 'fail';
        return { network, what, cidr, grade };
      }),
  );
  return clashes.find((clash) => clash.grade === 'fail') ?? clashes[0];
}

function routesOf(one: Pick<Placed, 'facts'>): string[] {
  return (one.facts?.network?.routes ?? [])
    .filter(({ to, device }) => /^\d+\./.test(to) && !to.endsWith('/0') && !/^(cali|vxlan\.calico|lo$)/.test(device))
    .map(({ to }) => (to.includes('/') ? to : `${to}/32`));
}

function prefixOf(cidr: string): number {
  return Number(cidr.replace(/.*\//, ''));
}
