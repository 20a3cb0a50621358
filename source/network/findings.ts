import type { NodeFacts } from '../facts/facts.ts';
import { gatewayProblem, networkOf } from '../site/address-rules.ts';
import type { Finding } from '../site/finding.ts';
import type { Site } from '../site/schema.ts';
import { carrierOf, presentAddress, wantedAddress } from './addresses.ts';
import { rangeFindings } from './cluster-ranges.ts';
import { keptDefaultRoute, netplanRefusals, wantedGateway } from './netplan.ts';
import { definitionsIn } from './netplan-files.ts';
import { ofNode, type Placed } from './placed.ts';
import { virtualAddressFindings } from './virtual-address.ts';

/**
 * Rules of addresses over the whole site, a pass included, so that a table can show each: `interface`, `address-kept`, `gateway`,
 * `address-unique`, `same-network`, `cluster-ranges`, `virtual-address`, `netplan-files`. Pure; whether an address is free on the
 * wire is asked elsewhere.
 */
export function networkFindings(site: Site, facts: ReadonlyMap<string, NodeFacts>): Finding[] {
  const placed = site.nodes.map((node, index) => {
    const own = facts.get(node.name);
    return { node, index, facts: own, address: wantedAddress(node) ?? presentAddress(node, own) };
  });
  return [
    ...placed.flatMap((one) => [
      ...carrier(one),
      ...kept(one),
      ...gateway(site, one),
      ...rangeFindings(site, one, placed),
      ...netplanFiles(one),
    ]),
    ...unique(placed),
    ...sameNetwork(placed),
    ...virtualAddressFindings(site, placed),
  ];
}

/** A static address needs an interface to carry it. */
function carrier(one: Placed): Finding[] {
  if (wantedAddress(one.node) === undefined || one.facts?.network === undefined) return [];
  const found = carrierOf(one.node, one.facts);
  const named = one.node.network?.interface;
  const names = one.facts.network.interfaces.filter((face) => face.kind !== 'loopback').map((face) => face.name);
  if (found !== undefined) {
    const reason = `${found.name} (${found.mac}) carries the address.`;
    return [ofNode(one, { check: 'interface', grade: 'pass', seen: found.name, reason })];
  }
  return [
    ofNode(one, {
      check: 'interface',
      grade: 'fail',
      seen: named === undefined ? 'not given' : 'not there',
      wanted: names.join(', '),
      reason:
        named === undefined
          ? 'No interface shows which one carries the node.'
          : `The interface ${named} does not exist.`,
      advice: `Name one of: ${names.join(', ')}.`,
      below: ['interface'],
    }),
  ];
}

/** `mode: dhcp` keeps what a server gives; an address that was set by hand is given by none. */
function kept(one: Placed): Finding[] {
  const now = presentAddress(one.node, one.facts);
  if (one.node.network?.mode !== 'dhcp' || now === undefined) return [];
  const seen = `${now.address}/${now.prefix}`;
  if (now.dynamic) {
    const reason = 'It is a lease; the server must reserve it for this node.';
    return [ofNode(one, { check: 'address-kept', grade: 'pass', seen, reason })];
  }
  const reason = `${one.node.name} has ${now.address} set by hand, and the site keeps what DHCP gives: no server gives it.`;
  const advice = `Choose static with ${seen}, or let a DHCP server reserve it and the node ask that one`;
  return [
    ofNode(one, { check: 'address-kept', grade: 'warn', seen, wanted: 'a lease', reason, advice, below: ['mode'] }),
  ];
}

/** netplan takes a gateway outside the subnet silently, and the node is cut off. */
function gateway(site: Site, one: Placed): Finding[] {
  const address = wantedAddress(one.node);
  if (address === undefined) return [];
  const below = ['gateway'];
  const face = carrierOf(one.node, one.facts);
  const network = one.facts?.network;
  const wanted =
    face === undefined || network === undefined
      ? (one.node.network?.gateway ?? site.network.gateway)
      : wantedGateway(site, one.node, address, face, network);
  const subnet = networkOf(address);
  const kept = face === undefined || network === undefined ? undefined : keptDefaultRoute(face, network);
  if (kept?.via !== undefined && kept.onLink && (wanted === undefined || wanted === kept.via)) {
    const reason = `The route to ${kept.via}, which is on the link, stays as it is.`;
    return [ofNode(one, { check: 'gateway', grade: 'pass', seen: kept.via, reason })];
  }
  if (wanted === undefined) {
    const reason = 'Without a gateway the node reaches nothing outside its own network.';
    const advice = `Give the gateway of ${subnet}.`;
    return [
      ofNode(one, { check: 'gateway', grade: 'warn', seen: 'none', wanted: `in ${subnet}`, reason, advice, below }),
    ];
  }
  const broken = gatewayProblem(wanted, { name: one.node.name, address });
  if (broken === undefined) {
    return [ofNode(one, { check: 'gateway', grade: 'pass', seen: wanted, reason: `The gateway is in ${subnet}.` })];
  }
  const advice = `Give the gateway of ${subnet}.`;
  return [
    ofNode(one, {
      check: 'gateway',
      grade: 'fail',
      seen: wanted,
      wanted: `in ${subnet}`,
      reason: `${broken}.`,
      advice,
      below,
    }),
  ];
}

function netplanFiles(one: Placed): Finding[] {
  if (wantedAddress(one.node) === undefined) return [];
  const refusals = netplanRefusals(one.node, one.facts);
  const refused = ofNode(one, {
    check: 'netplan-files',
    grade: 'fail',
    seen: refusals.join('; '),
    reason: `The address cannot be changed and everything else kept as it is: ${refusals.join('; ')}.`,
    advice: `Set the address of ${one.node.name} by hand, and choose "keep" or the same address here; or let systemd-networkd manage this interface.`,
  });
  const unreadable = (one.facts?.network?.netplan ?? []).filter((file) => definitionsIn(file) === undefined);
  const invalid = unreadable.map(({ path }) =>
    ofNode(one, {
      check: 'netplan-files',
      grade: 'fail',
      seen: path,
      reason: `${path} is not valid, so netplan would refuse every change.`,
      advice: `Correct or remove ${path}: netplan generate says where it is wrong.`,
    }),
  );
  return [...(refusals.length > 0 ? [refused] : []), ...invalid];
}

/** Two machines with one address lose packets in turns. */
function unique(placed: readonly Placed[]): Finding[] {
  return placed.flatMap((one) => {
    if (one.address === undefined) return [];
    const { address } = one.address;
    const twin = placed.find((other) => other.index < one.index && other.address?.address === address);
    if (twin === undefined) {
      const reason = 'No other node of the site has this address.';
      return [ofNode(one, { check: 'address-unique', grade: 'pass', seen: address, reason })];
    }
    const finding = ofNode(one, {
      check: 'address-unique',
      grade: 'fail',
      seen: address,
      wanted: 'another for each node',
      reason: `${one.node.name} and ${twin.node.name} would both have ${address}.`,
      advice: 'Give one of them another address.',
      below: ['address'],
    });
    return [{ ...finding, nodes: [twin.node.name, one.node.name] }];
  });
}

/** MetalLB answers for the virtual address by ARP, which ends at the border of the network. https://metallb.io/concepts/layer2/ */
function sameNetwork(placed: readonly Placed[]): Finding[] {
  const first = placed.find((one) => one.address !== undefined);
  if (first?.address === undefined) return [];
  const network = first.address;
  return placed.flatMap((one) => {
    if (one.address === undefined || one === first) return [];
    const seen = networkOf(one.address);
    if (seen === networkOf(network)) {
      return [ofNode(one, { check: 'same-network', grade: 'pass', seen, reason: 'All nodes share one network.' })];
    }
    const reason = `${one.node.name} is in ${seen} and ${first.node.name} in ${networkOf(network)}: the virtual address cannot move between them.`;
    const advice = 'Put all nodes into one network with one prefix.';
    return [
      ofNode(one, {
        check: 'same-network',
        grade: 'warn',
        seen,
        wanted: networkOf(network),
        reason,
        advice,
        below: ['address'],
      }),
    ];
  });
}
