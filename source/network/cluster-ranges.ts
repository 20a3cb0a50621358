import type { Finding, Grade } from '../site/finding.ts';
import { networkOf, overlap } from './addresses.ts';
import { ofNode, type Placed } from './placed.ts';

/** MicroK8s' own ranges: pods and services. https://microk8s.io/docs/services-and-ports */
export const clusterRanges = { pods: '10.1.0.0/16', services: '10.152.183.0/24' } as const;

/** Pods and services have ranges of their own; a node that has a route into them would send their packets elsewhere. */
export function rangeFindings(one: Placed): Finding[] {
  if (one.address === undefined) return [];
  const check = 'cluster-ranges';
  const own = networkOf(one.address);
  const clash = clashOf([own, ...routesOf(one)]);
  if (clash === undefined) {
    const reason = "The node's networks and those of pods and services are apart.";
    return [ofNode(one, { check, grade: 'pass', seen: own, reason })];
  }
  const { network, cidr, what, grade } = clash;
  const words = network === own ? 'network' : 'route to';
  return [
    ofNode(one, {
      check,
      grade,
      seen: network,
      wanted: `outside ${cidr}`,
      reason: `The node's ${words} ${network} overlaps ${cidr}, which MicroK8s gives to ${what}.`,
      advice: 'Use another network for the nodes, or another range in the launch configuration of MicroK8s.',
      below: ['address'],
    }),
  ];
}

/** A wider route loses against the cluster's own, so the cluster works; what lies behind it in that range is hidden. */
function clashOf(networks: readonly string[]) {
  const clashes = networks.flatMap((network) =>
    Object.entries(clusterRanges)
      .filter(([, cidr]) => overlap(network, cidr))
      .map(([what, cidr]) => {
        const grade: Grade = prefixOf(network) < prefixOf(cidr) && network !== networks[0] ? 'warn' : 'fail';
        return { network, what, cidr, grade };
      }),
  );
  return clashes.find((clash) => clash.grade === 'fail') ?? clashes[0];
}

function routesOf(one: Placed): string[] {
  return (one.facts?.network?.routes ?? [])
    .filter(({ to, device }) => /^\d+\./.test(to) && !to.endsWith('/0') && !/^(cali|vxlan\.calico|lo$)/.test(device))
    .map(({ to }) => (to.includes('/') ? to : `${to}/32`));
}

function prefixOf(cidr: string): number {
  return Number(cidr.replace(/.*\//, ''));
}
