import { textAt } from '../draft/draft.ts';
import { draftNodes, factsOf, nodeCalled } from '../draft/draft-nodes.ts';
import type { Field, Parsed, WizardView } from '../page.ts';
import { addressWithPrefix, anyText, oneOf } from '../parse.ts';
import { seenAddress } from './seen-address.ts';

const modes = [
  { value: 'static', label: 'static', hint: 'our netplan file sets the address' },
  { value: 'dhcp', label: 'dhcp kept', hint: 'the DHCP server reserves the address' },
] as const;

/** How one node gets its address, which, and on which interface. */
export function addressFields(view: WizardView, index: number): readonly Field[] {
  const called = nodeCalled(view.draft, index);
  const node = draftNodes(view.draft)[index];
  const seen = seenAddress(factsOf(view, index), textAt(node, ['reach']));
  const mode = modeField(index, called);
  if (textAt(node, ['network', 'mode']) === 'dhcp') return [mode];
  const address = seen && `${seen.address}/${seen.prefix}`;
  return [mode, wantedField(view, index, called, address), interfaceField(index, called, seen?.interface.name)];
}

const at = (index: number, key: string): Pick<Field, 'id' | 'path' | 'row'> => ({
  id: `nodes.${index}.network.${key}`,
  path: ['nodes', index, 'network', key],
  row: String(index),
});

const seenFallback = (value: string | undefined): Pick<Field, 'fallback'> =>
  value === undefined ? {} : { fallback: { value, from: 'seen' } };

const modeField = (index: number, called: string): Field => ({
  ...at(index, 'mode'),
  alike: true,
  kind: 'choice',
  label: 'Mode',
  question: `Does ${called} get a static address, or keep the one that its DHCP server reserves?`,
  help: 'static: the run writes our own netplan file and keeps the old ones aside. dhcp kept: nothing is changed; choose it only where the DHCP server always gives this node the same address.',
  choices: modes,
  required: true,
  fallback: { value: 'static', from: 'default' },
  parse: oneOf(modes),
});

const wantedField = (view: WizardView, index: number, called: string, seen: string | undefined): Field => ({
  ...at(index, 'address'),
  kind: 'text',
  label: 'Wanted',
  question: `Which address does ${called} get?`,
  help: 'The static address with its prefix. It must be free, or the node’s own. Example: 192.168.1.106/24',
  required: true,
  ...seenFallback(seen),
  parse: (text) => freeAmongNodes(view, index, addressWithPrefix(text)),
});

const interfaceField = (index: number, called: string, seen: string | undefined): Field => ({
  ...at(index, 'interface'),
  alike: true,
  kind: 'text',
  label: 'NIC',
  question: `Which network interface of ${called} carries the address?`,
  help: 'As `ip link` names it. Seen: the one that carries the address at which the node is reached.',
  required: false,
  ...seenFallback(seen),
  parse: anyText(15),
});

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
