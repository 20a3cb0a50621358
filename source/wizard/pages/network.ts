import ipaddr from 'ipaddr.js';
import { defaultRanges } from '../../microk8s/node.ts';
import { gatewayProblem, type PlacedNode, virtualAddressProblem } from '../../site/address-rules.ts';
import { type DraftValue, siteRules } from '../../site/schema.ts';
import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, nodeCalled } from '../draft/draft-nodes.ts';
import { countRoles } from '../draft/topology.ts';
import type { Field, Note, Page, Parsed, WizardView } from '../page.ts';
import { address, addressWithPrefix, anyText, dnsName, listOf, machineAddress, oneOf } from '../parse.ts';
import { rangeFields } from './ranges.ts';
import { seenAddress } from './seen-address.ts';

/** For a table cell: `10.0.4.87/24 dhcp`. */
export function addressNow(view: WizardView, index: number): string {
  const seen = seenAddress(factsOf(view, index), textAt(draftNodes(view.draft)[index], ['reach']));
  return seen ? `${seen.address}/${seen.prefix} ${seen.dynamic ? 'dhcp' : 'static'}` : '';
}

const modes = [
  { value: 'static', label: 'static', hint: 'our netplan file sets the address' },
  { value: 'dhcp', label: 'dhcp kept', hint: 'the DHCP server reserves the address' },
] as const;

export const networkPage: Page<'network'> = {
  id: 'network',
  title: 'Network',
  intro: 'Which addresses do the nodes get, and which one the cluster?',
  fields: (view) => [
    ...draftNodes(view.draft).flatMap((_, index) => addressFields(view, index)),
    ...siteFields(view),
    ...rangeFields(view),
  ],
  validate: () => [],
  notes: networkNotes,
};

function addressFields(view: WizardView, index: number): readonly Field[] {
  const at = (key: string) => ({
    id: `nodes.${index}.network.${key}`,
    path: ['nodes', index, 'network', key],
    row: String(index),
  });
  const called = nodeCalled(view.draft, index);
  const node = draftNodes(view.draft)[index];
  const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
  const mode: Field = {
    ...at('mode'),
    alike: true,
    kind: 'choice',
    label: 'Address is',
    question: `Does ${called} get a static address, or keep the one that its DHCP server reserves?`,
    help: 'static: the run writes our own netplan file and keeps the old ones aside. dhcp kept: nothing is changed; choose it only where the DHCP server always gives this node the same address.',
    choices: modes,
    required: true,
    fallback: { value: 'static', from: 'default' },
    parse: oneOf(modes),
  };
  const nic: Field = {
    ...at('interface'),
    alike: true,
    kind: 'text',
    label: 'NIC',
    question: `Which network interface of ${called} carries the address?`,
    help: 'As `ip link` names it. Seen: the one that carries the address at which the node is reached.',
    required: false,
    ...(seen ? { fallback: { value: seen.interface.name, from: 'seen' } satisfies Field['fallback'] } : {}),
    parse: anyText(15),
  };
  if (textAt(node, ['network', 'mode']) === 'dhcp') return [mode];
  const wanted: Field = {
    ...at('address'),
    kind: 'text',
    label: 'Wanted',
    question: `Which address does ${called} get?`,
    help: 'The static address with its prefix. It must be free, or the node’s own. Example: 192.168.1.106/24',
    required: true,
    ...(seen
      ? { fallback: { value: `${seen.address}/${seen.prefix}`, from: 'seen' } satisfies Field['fallback'] }
      : {}),
    parse: (text) => freeAmongNodes(view, index, addressWithPrefix(text)),
  };
  return [mode, wanted, nic];
}

/** The host part of every node's address, wanted or seen. */
function nodeAddresses(view: WizardView): readonly string[] {
  return draftNodes(view.draft).map((node, index) => {
    const wanted = textAt(node, ['network', 'address']).split('/')[0];
    if (wanted) return wanted;
    return seenAddress(factsOf(view, index), textAt(node, ['reach']))?.address ?? textAt(node, ['reach']);
  });
}

function freeAmongNodes(view: WizardView, index: number, parsed: Parsed): Parsed {
  if ('problem' in parsed || typeof parsed.value !== 'string') return parsed;
  const host = parsed.value.split('/')[0];
  const other = nodeAddresses(view).findIndex((one, at) => at !== index && one === host);
  if (other !== -1) return { problem: `${host} is ${nodeCalled(view.draft, other)}'s address: give another` };
  if (textAt(view.draft, ['network', 'virtualAddress']) === host)
    return { problem: `${host} is the cluster's virtual address: give another` };
  return parsed;
}

function virtual(view: WizardView, text: string): Parsed {
  const parsed = machineAddress(text);
  if ('problem' in parsed) return parsed;
  const problem = virtualAddressProblem(text, placedNodes(view), gatewaysOf(view), rangesOf(view));
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

const isStatic = (node: DraftValue): boolean => textAt(node, ['network', 'mode']) !== 'dhcp';

/** Nodes with the address that is wanted, else the one that was seen, and with all that they keep. */
function placedNodes(view: WizardView): readonly PlacedNode[] {
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

function rangesOf({ draft }: WizardView): typeof defaultRanges {
  const range = (key: string, usual: string) => siteRules.ipv4Range.catch(usual).parse(textAt(draft, ['cluster', key]));
  return { pods: range('podRange', defaultRanges.pods), services: range('serviceRange', defaultRanges.services) };
}

function gatewaysOf(view: WizardView): readonly (string | undefined)[] {
  const nodes = draftNodes(view.draft);
  const routes = nodes.flatMap((_, index) => (factsOf(view, index)?.network?.routes ?? []).map(({ via }) => via));
  const typed = [view.draft, ...nodes].map((one) => textAt(one, ['network', 'gateway'])).filter((text) => text !== '');
  return [...typed, ...routes];
}

function siteFields(view: WizardView): readonly Field[] {
  const first = draftNodes(view.draft)
    .map((node, index) => ({ facts: factsOf(view, index), reach: textAt(node, ['reach']) }))
    .find((node) => node.facts?.network);
  const seenGateway = seenAddress(first?.facts, first?.reach ?? '')?.gateway;
  const fallback = (value: DraftValue): Pick<Field, 'fallback'> =>
    value === undefined || (Array.isArray(value) && value.length === 0) ? {} : { fallback: { value, from: 'seen' } };
  const usable = (first?.facts?.network?.nameservers ?? []).filter(
    (server) => ipaddr.IPv4.isValidFourPartDecimal(server) && !server.startsWith('127.'),
  );
  return [
    {
      id: 'network.virtualAddress',
      path: ['network', 'virtualAddress'],
      kind: 'text',
      label: 'Virtual address',
      question: 'At which single address does the cluster answer?',
      help: 'A free address in the nodes’ subnet that no machine has. MetalLB holds it on one node and moves it when that node fails. The DNS name leads to it. Example: 192.168.1.200',
      required: countRoles(view).managers > 1,
      parse: (text) => virtual(view, text),
    },
    {
      id: 'network.gateway',
      path: ['network', 'gateway'],
      kind: 'text',
      label: 'Gateway',
      question: 'Which gateway do the nodes use?',
      help: 'Goes into the netplan file of every node that gets a static address. Example: 192.168.1.254',
      required: false,
      ...fallback(seenGateway),
      parse: (text) => gateway(view, text),
    },
    {
      id: 'network.nameservers',
      path: ['network', 'nameservers'],
      kind: 'text',
      label: 'Name servers',
      question: 'Which name servers do the nodes ask?',
      help: 'One or more addresses, separated by commas. Example: 192.168.1.254, 8.8.8.8',
      required: false,
      ...fallback([...usable]),
      parse: listOf(address),
    },
    {
      id: 'network.search',
      path: ['network', 'search'],
      kind: 'text',
      label: 'Search domains',
      question: 'Which domains are tried for short names?',
      help: 'Separated by commas; usually empty or the company’s domain. Example: example.org',
      required: false,
      ...fallback([...(first?.facts?.network?.search ?? [])].filter((domain) => domain !== '.')),
      parse: listOf(dnsName),
    },
  ];
}

function networkNotes(view: WizardView): readonly Note[] {
  const notes: Note[] = [];
  const nodes = draftNodes(view.draft);
  const changing = nodes.filter((node, index) => {
    const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
    const wanted = textAt(node, ['network', 'address']);
    return (
      seen &&
      textAt(node, ['network', 'mode']) !== 'dhcp' &&
      wanted !== '' &&
      wanted !== `${seen.address}/${seen.prefix}`
    );
  }).length;
  for (const [index, node] of nodes.entries()) {
    const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
    if (isStatic(node) || seen === undefined || seen.dynamic) continue;
    const text = `${nodeCalled(view.draft, index)} has ${seen.address} set by hand: no DHCP server keeps it.`;
    notes.push({ grade: 'warn', text, remedy: 'Choose static.', row: String(index) });
  }
  const unknown = nodes.filter((_, index) => !factsOf(view, index)).length;
  if (unknown > 0)
    notes.push({
      grade: 'plain',
      text: `${unknown} of ${nodes.length} nodes have not been seen yet: their addresses must be typed.`,
    });
  if (changing > 0)
    notes.push({
      grade: 'plain',
      text: `${changing} ${changing === 1 ? 'node changes' : 'nodes change'} address: one at a time, each in its own step.`,
    });
  return notes;
}
