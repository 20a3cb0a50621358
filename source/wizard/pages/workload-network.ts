import { ipv4Of } from '../../network/addresses.ts';
import { isIn, networkOf, workloadAddressProblem, workloadRangeProblem } from '../../site/address-rules.ts';
import { type SiteDraft, siteRules } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import { getAt, removeAt, setAt, textAt } from '../draft/draft.ts';
import { draftNodes, factsOf } from '../draft/draft-nodes.ts';
import type { Field, Parsed, WizardView } from '../page.ts';
import { anyText, machineAddress, network } from '../parse.ts';
import { placedNodes, rangesOf } from './placed-on-network.ts';
import { seenAddress } from './seen-address.ts';

const place = ['network', 'workload'];
const addressesPath = [...place, 'addresses'];

/** The second network: asked where a node is in one, or an answer is there. Nothing is taken without being typed. */
export function workloadFields(view: WizardView): readonly Field[] {
  const seen = secondNetworks(view);
  const range = textAt(view.draft, [...place, 'range']);
  if (range === '' && seen.length === 0) return [];
  const [first] = seen;
  const named = seen.find((one) => siteRules.ipv4Network.safeParse(range).success && isIn(one.address, range));
  return [
    rangeField(view, first?.range ?? '10.20.0.0/24'),
    ...(range === '' ? [] : [interfaceField(named?.name), addressesField(view, range)]),
  ];
}

/** Networks of all nodes beside the one that carries the cluster. */
function secondNetworks(
  view: WizardView,
): { readonly name: string; readonly address: string; readonly range: string }[] {
  return draftNodes(view.draft).flatMap((node, index) => {
    const facts = factsOf(view, index);
    const carrier = seenAddress(facts, textAt(node, ['reach']))?.interface.name;
    const others = facts?.network?.interfaces.filter(({ name, kind }) => kind === 'ether' && name !== carrier) ?? [];
    return others.flatMap((face) =>
      ipv4Of(face)
        .filter(({ prefix }) => prefix <= 30)
        .map((own) => ({ name: face.name, address: own.address, range: networkOf(own) })),
    );
  });
}

const rangeField = (view: WizardView, example: string): Field => ({
  id: 'network.workload.range',
  path: [...place, 'range'],
  kind: 'text',
  label: 'Workload in',
  question: 'Which second network does the product serve in? Empty: that of the cluster.',
  help: `A network that the nodes are in by an interface of their own. MetalLB answers for the addresses below there only. Example: ${example}`,
  required: false,
  rare: true,
  parse: (text) => {
    const parsed = network(text);
    if ('problem' in parsed) return parsed;
    const problem = workloadRangeProblem(text, placedNodes(view), rangesOf(view));
    return problem === undefined ? parsed : { problem };
  },
  // Without its range nothing of it holds.
  write: (draft, value) => (value === undefined ? removeAt(draft, place) : setAt(draft, [...place, 'range'], value)),
});

const interfaceField = (seen: string | undefined): Field => ({
  id: 'network.workload.interface',
  path: [...place, 'interface'],
  kind: 'text',
  label: 'Workload NIC',
  question: 'By which network interface is each node in that network?',
  help: 'As `ip link` names it. A node that calls it otherwise has workloadInterface in site.yaml.',
  required: true,
  ...(seen === undefined ? {} : { fallback: { value: seen, from: 'seen' } }),
  parse: anyText(15),
});

const addressesField = (view: WizardView, range: string): Field => ({
  id: 'network.workload.addresses',
  path: addressesPath,
  kind: 'text',
  label: 'Services at',
  question: 'At which addresses of that network do services listen?',
  help: 'NAME=ADDRESS, separated by commas: the product and the values find each address by its name. Free addresses that no machine has. Example: syslog=10.20.0.50',
  required: false,
  parse: (text) => servedAddresses(view, range, text),
  read: addressText,
  write: withAddresses,
});

function addressText(draft: SiteDraft): string | undefined {
  const given = getAt(draft, addressesPath);
  const pairs = isMapping(given) ? Object.entries(given).map(([name, address]) => `${name}=${String(address)}`) : [];
  return pairs.length === 0 ? undefined : pairs.join(', ');
}

function withAddresses(draft: SiteDraft, value: unknown): SiteDraft {
  if (typeof value !== 'string') return removeAt(draft, addressesPath);
  return setAt(draft, addressesPath, Object.fromEntries(pairsIn(value)));
}

const pairsIn = (text: string): [string, string][] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((pair) => {
      const [name = '', address = ''] = pair.split('=');
      return [name, address];
    });

function servedAddresses(view: WizardView, range: string, text: string): Parsed {
  const readable = siteRules.ipv4Network.safeParse(range).success;
  for (const [name, address] of pairsIn(text)) {
    if (address === '' || !siteRules.kubernetesName.safeParse(name).success)
      return { problem: `${name}: write NAME=ADDRESS, such as syslog=10.20.0.50, with a name in lower case` };
    const parsed = machineAddress(address);
    if ('problem' in parsed) return parsed;
    const problem = readable ? workloadAddressProblem(address, range, placedNodes(view)) : undefined;
    if (problem !== undefined) return { problem };
  }
  return { value: text };
}
