import type { Finding } from '../site/finding.ts';
import type { Site } from '../site/schema.ts';
import { isEndOf, isInside, networkOf, overlap, presentAddress, wantedAddress } from './addresses.ts';
import { rangesOf } from './cluster-ranges.ts';
import type { Placed } from './placed.ts';

/** The one address of the cluster: in the nodes' network, and nobody's yet. */
export function virtualAddressFindings(site: Site, placed: readonly Placed[]): Finding[] {
  const address = site.network.virtualAddress;
  if (address === undefined) return [];
  const common = { check: 'virtual-address', nodes: [], seen: address };
  const broken = brokenVirtualAddress(site, placed, address);
  if (broken !== undefined) {
    const advice = "Choose an address of the nodes' network that is not in use and that DHCP does not assign.";
    return [{ ...common, grade: 'fail', reason: broken, advice, field: ['network', 'virtualAddress'] }];
  }
  if (placed.every((one) => one.address === undefined)) return [];
  return [{ ...common, grade: 'pass', reason: "It lies in the nodes' network and is none of its other addresses." }];
}

function brokenVirtualAddress(site: Site, placed: readonly Placed[], address: string): string | undefined {
  const known = placed.flatMap((one) => (one.address === undefined ? [] : [{ ...one, address: one.address }]));
  const holder = known.find((one) => one.address.address === address) ?? placed.find((one) => holds(one, address));
  if (holder !== undefined) return `It is the address of ${holder.node.name}.`;
  const gateways = [site.network.gateway, ...placed.map((one) => one.node.network?.gateway)];
  const routes = placed.flatMap((one) => (one.facts?.network?.routes ?? []).map((route) => route.via));
  if ([...gateways, ...routes].includes(address)) return 'It is the address of a gateway.';
  const range = Object.entries(rangesOf(site)).find(([, cidr]) => overlap(`${address}/32`, cidr));
  if (range !== undefined) return `It lies in ${range[1]}, which MicroK8s gives to ${range[0]}.`;
  const outside = known.find((one) => !isInside(address, one.address));
  if (outside !== undefined)
    return `It lies outside ${networkOf(outside.address)}, the network of ${outside.node.name}.`;
  return known.some((one) => isEndOf(address, one.address))
    ? 'It is the network or broadcast address of its network.'
    : undefined;
}

/** An address that the node has now, on any interface, and keeps. */
function holds(one: Placed, address: string): boolean {
  const leaving = presentAddress(one.node, one.facts)?.address;
  const isLeaving = leaving === address && wantedAddress(one.node) !== undefined;
  const all = (one.facts?.network?.interfaces ?? []).flatMap((face) => face.addresses);
  return !isLeaving && all.some((own) => own.address === address);
}
