import ipaddr from 'ipaddr.js';
import { defaultRanges } from '../../microk8s/node.ts';
import { freeRanges, networksOf } from '../../network/cluster-ranges.ts';
import { textAt, typedValue } from '../draft/draft.ts';
import { draftNodes, factsOf } from '../draft/draft-nodes.ts';
import type { Field, WizardView } from '../page.ts';
import { range } from '../parse.ts';
import { seenAddress } from './seen-address.ts';

/** Asked only where a network of the nodes lies in a range that the cluster would take, or where an answer is there. */
export function rangeFields(view: WizardView): readonly Field[] {
  const free = freeRanges(nodeNetworks(view));
  const field = (key: 'podRange' | 'serviceRange', value: string, usual: string): Field => ({
    id: `cluster.${key}`,
    path: ['cluster', key],
    kind: 'text',
    label: key === 'podRange' ? 'Pods in' : 'Services in',
    question: `Which range of addresses do the cluster's ${key === 'podRange' ? 'pods' : 'services'} get?`,
    help: `The usual ${usual} overlaps a network of these nodes. A range that no one here uses, the same on every node, for good. Example: ${value}`,
    required: true,
    fallback: { value, from: 'seen' },
    parse: range,
  });
  return [
    { ...field('podRange', free.pods, defaultRanges.pods), usual: defaultRanges.pods },
    { ...field('serviceRange', free.services, defaultRanges.services), usual: defaultRanges.services },
  ].flatMap(({ usual, ...one }) =>
    one.fallback?.value === usual && typedValue(one, view.draft) === undefined ? [] : [one],
  );
}

/** Networks of all nodes, as they are and as they will be. */
function nodeNetworks(view: WizardView): string[] {
  return draftNodes(view.draft).flatMap((node, index) => {
    const wanted = textAt(node, ['network', 'address']);
    const facts = factsOf(view, index);
    const seen = seenAddress(facts, textAt(node, ['reach']));
    return [
      ...networksOf({ facts, address: seen }),
      ...(ipaddr.IPv4.isValidCIDRFourPartDecimal(wanted) ? [wanted] : []),
    ];
  });
}
