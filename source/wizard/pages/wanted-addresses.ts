import ipaddr from 'ipaddr.js';
import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf } from '../draft/draft-nodes.ts';
import type { WizardView } from '../page.ts';
import { virtualAddressCandidates } from './free-address.ts';
import { seenAddress } from './seen-address.ts';

/** The address that a node gets; undefined where it keeps the one that it has, or nothing right is typed. */
export function newAddress(view: WizardView, index: number): string | undefined {
  const node = draftNodes(view.draft)[index];
  if (textAt(node, ['network', 'mode']) === 'dhcp') return undefined;
  const [typed = ''] = textAt(node, ['network', 'address']).split('/');
  const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
  return ipaddr.IPv4.isValidFourPartDecimal(typed) && typed !== seen?.address ? typed : undefined;
}

/** The virtual address, where a right one is typed. */
export function newVirtualAddress({ draft }: WizardView): string | undefined {
  const typed = textAt(draft, ['network', 'virtualAddress']);
  return ipaddr.IPv4.isValidFourPartDecimal(typed) ? typed : undefined;
}

/** Every address of the draft that must not be someone's, and those of which one may be offered. */
export function wantedAddresses(view: WizardView): readonly string[] {
  const nodes = draftNodes(view.draft).map((_, index) => newAddress(view, index));
  const typed = [...nodes, newVirtualAddress(view)].filter((address) => address !== undefined);
  return [...typed, ...virtualAddressCandidates(view)];
}
