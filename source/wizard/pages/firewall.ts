import { siteRules } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import { getAt, removeAt, setAt } from '../draft/draft.ts';
import type { Field, WizardView } from '../page.ts';
import { byRule, listOf, yesNo } from '../parse.ts';

const place = ['network', 'firewall'];

const filter: Field = {
  id: 'network.firewall',
  path: place,
  kind: 'toggle',
  label: 'Packet filter',
  question: 'Set up a packet filter on every node?',
  help: 'It allows the ports of the cluster and the product, and drops the rest. `no`: the firewalls of the nodes stay as they are. ufw and firewalld stay in either case.',
  required: true,
  rare: true,
  fallback: { value: false, from: 'default' },
  parse: yesNo,
  read: (draft) => (isMapping(getAt(draft, place)) ? true : undefined),
  write: (draft, value) => {
    if (value !== true) return removeAt(draft, place);
    return isMapping(getAt(draft, place)) ? draft : setAt(draft, place, {});
  },
};

const administrators: Field = {
  id: 'network.firewall.administrators',
  path: [...place, 'administrators'],
  kind: 'text',
  label: 'Administrators',
  question: 'From which networks may SSH and the API server be reached (none: from anywhere)?',
  help: 'Include the network of the machine that kloudspot runs on. Example: 10.0.9.0/24 192.168.1.7/32',
  required: false,
  rare: true,
  parse: listOf(byRule(siteRules.anyIpv4Network)),
  // Without them the packet filter stays switched on.
  write: (draft, value) =>
    value === undefined ? setAt(draft, place, {}) : setAt(draft, [...place, 'administrators'], value),
};

/** A packet filter on every node: who administers is asked once it is on. */
export function firewallFields({ draft }: WizardView): readonly Field[] {
  return filter.read?.(draft) === true ? [filter, administrators] : [filter];
}
