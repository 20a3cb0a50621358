import ipaddr from 'ipaddr.js';
import { defaultRanges } from '../../microk8s/node.ts';
import type { PlacedNode } from '../../site/address-rules.ts';
import { siteRules } from '../../site/schema.ts';
import { getAt, textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, isStatic, nodeCalled } from '../draft/draft-nodes.ts';
import type { WizardView } from '../page.ts';
import { seenAddress } from './seen-address.ts';

/** What an address of the cluster must fit: nodes, gateways, ranges inside the cluster, the second network. */
export const placedOnNetwork = (view: WizardView) => ({
  nodes: placedNodes(view),
  gateways: gatewaysOf(view),
  ranges: rangesOf(view),
  workload: workloadRange(view),
});

function workloadRange({ draft }: WizardView): string | undefined {
  return siteRules.ipv4Network
    .optional()
    .catch(undefined)
    .parse(getAt(draft, ['network', 'workload', 'range']));
}

/** Nodes with the address that is wanted, else the one that was seen, and with all that they keep. */
export function placedNodes(view: WizardView): readonly PlacedNode[] {
  return draftNodes(view.draft).map((node, index) => {
    const facts = factsOf(view, index);
    const reach = textAt(node, ['reach']);
    const seen = seenAddress(facts, reach);
    const typed = isStatic(node) ? textAt(node, ['network', 'address']) : '';
    const wanted = ipaddr.IPv4.isValidCIDRFourPartDecimal(typed) ? parsedCidr(typed) : undefined;
    const all = facts?.network?.interfaces.flatMap((face) => face.addresses.map(({ address: own }) => own)) ?? [reach];
    const keeps = wanted === undefined ? all : all.filter((own) => own !== (seen?.address ?? reach));
    return { name: nodeCalled(view.draft, index), address: wanted ?? seen, keeps };
  });
}

function parsedCidr(text: string): { readonly address: string; readonly prefix: number } {
  const [own, prefix] = ipaddr.IPv4.parseCIDR(text);
  return { address: own.toString(), prefix };
}

export function rangesOf({ draft }: WizardView): typeof defaultRanges {
  const range = (key: string, usual: string) => siteRules.ipv4Range.catch(usual).parse(textAt(draft, ['cluster', key]));
  return { pods: range('podRange', defaultRanges.pods), services: range('serviceRange', defaultRanges.services) };
}

function gatewaysOf(view: WizardView): readonly (string | undefined)[] {
  const nodes = draftNodes(view.draft);
  const routes = nodes.flatMap((_, index) => (factsOf(view, index)?.network?.routes ?? []).map(({ via }) => via));
  const typed = [view.draft, ...nodes].map((one) => textAt(one, ['network', 'gateway'])).filter((text) => text !== '');
  return [...typed, ...routes];
}
