import { isIn, type PlacedNode, virtualAddressProblem } from '../site/address-rules.ts';
import type { Finding } from '../site/finding.ts';
import type { Site } from '../site/schema.ts';
import { presentAddress, wantedAddress } from './addresses.ts';
import { rangesOf } from './cluster-ranges.ts';
import type { Placed } from './placed.ts';

/** The one address of the cluster: in the nodes' network, and no one's yet. */
export function virtualAddressFindings(site: Site, placed: readonly Placed[]): Finding[] {
  const address = site.network.virtualAddress;
  if (address === undefined) return [];
  const common = { check: 'virtual-address', nodes: [], seen: address };
  const broken = virtualAddressProblem(
    address,
    placed.map(asPlaced),
    gatewaysOf(site, placed),
    rangesOf(site),
    site.network.workload?.range,
  );
  if (broken !== undefined) {
    const advice = "Choose an address of the nodes' network that is not in use and that DHCP does not assign.";
    return [{ ...common, grade: 'fail', reason: `${broken}.`, advice, field: ['network', 'virtualAddress'] }];
  }
  const { workload } = site.network;
  if (workload !== undefined && isIn(address, workload.range)) {
    const reason = 'It is in the network for workload and not in use there.';
    return [{ ...common, grade: 'pass', reason }];
  }
  if (placed.every((one) => one.address === undefined)) return [];
  return [{ ...common, grade: 'pass', reason: "It is in the nodes' network and not in use there." }];
}

/** The node with the addresses that it has now, on any interface, and keeps. */
function asPlaced(one: Placed): PlacedNode {
  const leaving = wantedAddress(one.node) === undefined ? undefined : presentAddress(one.node, one.facts)?.address;
  const all = (one.facts?.network?.interfaces ?? []).flatMap((face) => face.addresses);
  const keeps = all.map(({ address }) => address).filter((address) => address !== leaving);
  return { name: one.node.name, address: one.address, keeps };
}

function gatewaysOf(site: Site, placed: readonly Placed[]): (string | undefined)[] {
  const routes = placed.flatMap((one) => (one.facts?.network?.routes ?? []).map((route) => route.via));
  return [site.network.gateway, ...placed.map((one) => one.node.network?.gateway), ...routes];
}
