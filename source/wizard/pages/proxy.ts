import { siteRules } from '../../site/schema.ts';
import { typedValue } from '../draft/draft.ts';
import type { Field, WizardView } from '../page.ts';
import { byRule, listOf } from '../parse.ts';

const proxy: Field = {
  id: 'network.proxy.http',
  path: ['network', 'proxy', 'http'],
  kind: 'text',
  label: 'Proxy',
  question: 'Through which proxy do the nodes reach the internet (none: directly)?',
  help: 'Tested with a real request, then given to apt, snapd, containerd and Helm; nodes and cluster are reached directly. Without user and password: it is stored in files that other users can read. Example: http://proxy.example.org:3128',
  required: false,
  rare: true,
  parse: byRule(siteRules.proxyUrl),
};

const further: readonly Field[] = [
  {
    ...proxy,
    id: 'network.proxy.https',
    path: ['network', 'proxy', 'https'],
    label: 'Proxy for HTTPS',
    question: 'Through which proxy do they reach HTTPS (none: the same)?',
  },
  {
    ...proxy,
    id: 'network.proxy.noProxy',
    path: ['network', 'proxy', 'noProxy'],
    label: 'Reached directly',
    question: 'What else is reached without the proxy?',
    help: 'Names, domains that begin with a dot, addresses or networks. Nodes, virtual address, pods, services and their names are added automatically. Example: .example.org 10.8.0.0/16',
    parse: listOf(byRule(siteRules.directName)),
  },
];

/** The way out of nodes that reach nothing directly: what belongs to a proxy is asked once there is one. */
export function proxyFields({ draft }: WizardView): readonly Field[] {
  return [proxy, ...(typedValue(proxy, draft) === undefined ? [] : further)];
}
