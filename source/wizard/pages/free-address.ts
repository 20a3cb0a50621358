import ipaddr from 'ipaddr.js';
import { virtualAddressProblem } from '../../site/address-rules.ts';
import { onceFor } from '../../text/once.ts';
import { getAt } from '../draft/draft.ts';
import { countRoles } from '../draft/topology.ts';
import type { WizardView } from '../page.ts';
import { placedOnNetwork } from './placed-on-network.ts';

/** So many addresses are asked for: the first that is free is offered. */
const most = 6;

/**
 * Addresses that could be the cluster's, for asking whether one of them is free: those behind the highest address of the nodes.
 * None where an answer is there, where one node needs none, or where no node was seen.
 */
export const virtualAddressCandidates = onceFor((view: WizardView): readonly string[] => {
  if (getAt(view.draft, ['network', 'virtualAddress']) !== undefined || countRoles(view).managers < 2) return [];
  const { nodes, gateways, ranges, workload } = placedOnNetwork(view);
  const known = nodes.flatMap(({ address }) => address ?? []);
  const highest = Math.max(...known.map(({ address }) => asNumber(address)));
  if (known.length === 0) return [];
  const candidates: string[] = [];
  for (let number = highest + 1; candidates.length < most && number <= highest + 50; number += 1) {
    const address = asText(number);
    if (virtualAddressProblem(address, nodes, gateways, ranges, workload) === undefined) candidates.push(address);
  }
  return candidates;
});

/** The first candidate that no machine answered for. */
export const freeVirtualAddress = (view: WizardView): string | undefined =>
  virtualAddressCandidates(view).find((address) => view.free?.has(address));

const asNumber = (address: string): number =>
  ipaddr.IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);

const asText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
