import ipaddr from 'ipaddr.js';
import { gatewayProblem, virtualAddressProblem } from '../../site/address-rules.ts';
import type { DraftValue } from '../../site/schema.ts';
import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, isStatic } from '../draft/draft-nodes.ts';
import { countRoles } from '../draft/topology.ts';
import type { Field, Parsed, WizardView } from '../page.ts';
import { address, dnsName, listOf, machineAddress } from '../parse.ts';
import { freeVirtualAddress } from './free-address.ts';
import { placedNodes, placedOnNetwork } from './placed-on-network.ts';
import { seenAddress } from './seen-address.ts';

/** The address of the cluster, and what all nodes share: gateway, name servers, search domains. */
export function clusterFields(view: WizardView): readonly Field[] {
  const first = draftNodes(view.draft)
    .map((node, index) => ({ facts: factsOf(view, index), reach: textAt(node, ['reach']) }))
    .find((node) => node.facts?.network);
  const { nameservers = [], search = [] } = first?.facts?.network ?? {};
  const usable = nameservers.filter(
    (server) => ipaddr.IPv4.isValidFourPartDecimal(server) && !server.startsWith('127.'),
  );
  return [
    virtualAddressField(view),
    gatewayField(view, seenAddress(first?.facts, first?.reach ?? '')?.gateway),
    nameserversField(usable),
    searchField(search.filter((domain) => domain !== '.')),
  ];
}

const seenFallback = (value: DraftValue): Pick<Field, 'fallback'> =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? {} : { fallback: { value, from: 'seen' } };

const virtualAddressField = (view: WizardView): Field => ({
  id: 'network.virtualAddress',
  path: ['network', 'virtualAddress'],
  kind: 'text',
  label: 'Virtual address',
  question: 'At which single address does the cluster answer?',
  help: 'A free address in the nodes’ subnet that no machine has. MetalLB holds it on one node and moves it when that node fails. The DNS name resolves to it. Example: 192.168.1.200',
  required: countRoles(view).managers > 1,
  ...seenFallback(freeVirtualAddress(view)),
  parse: (text) => virtual(view, text),
});

const gatewayField = (view: WizardView, seen: string | undefined): Field => ({
  id: 'network.gateway',
  path: ['network', 'gateway'],
  kind: 'text',
  label: 'Gateway',
  question: 'Which gateway do the nodes use?',
  help: 'Goes into the netplan file of every node that gets a static address. Example: 192.168.1.254',
  required: false,
  ...seenFallback(seen),
  parse: (text) => gateway(view, text),
});

const nameserversField = (seen: readonly string[]): Field => ({
  id: 'network.nameservers',
  path: ['network', 'nameservers'],
  kind: 'text',
  label: 'Name servers',
  question: 'Which name servers do the nodes ask?',
  help: 'One or more addresses, separated by commas. Example: 192.168.1.254, 8.8.8.8',
  required: false,
  ...seenFallback([...seen]),
  parse: listOf(address),
});

const searchField = (seen: readonly string[]): Field => ({
  id: 'network.search',
  path: ['network', 'search'],
  kind: 'text',
  label: 'Search domains',
  question: 'Which domains are tried for short names?',
  help: 'Separated by commas; usually empty or the company’s domain. Example: example.org',
  required: false,
  ...seenFallback([...seen]),
  parse: listOf(dnsName),
});

function virtual(view: WizardView, text: string): Parsed {
  const parsed = machineAddress(text);
  if ('problem' in parsed) return parsed;
  const { nodes, gateways, ranges, workload } = placedOnNetwork(view);
  const problem = virtualAddressProblem(text, nodes, gateways, ranges, workload);
  return problem === undefined ? parsed : { problem };
}

/** The site's gateway is that of every node with a static address and no gateway of its own. */
function gateway(view: WizardView, text: string): Parsed {
  const parsed = machineAddress(text);
  if ('problem' in parsed) return parsed;
  const nodes = draftNodes(view.draft);
  const problem = placedNodes(view)
    .filter((_, index) => isStatic(nodes[index]) && textAt(nodes[index], ['network', 'gateway']) === '')
    .flatMap(({ name, address: own }) => (own === undefined ? [] : [gatewayProblem(text, { name, address: own })]))
    .find((found) => found !== undefined);
  return problem === undefined ? parsed : { problem };
}
