import type { NodeFacts } from '../../facts/facts.ts';
import type { DraftValue, SiteDraft } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import { onceFor } from '../../text/once.ts';
import type { WizardView } from '../page.ts';
import { type DraftRecord, textAt } from './draft.ts';

/** The nodes of a draft as records, whatever is in them. */
export const draftNodes = onceFor(({ nodes }: SiteDraft): readonly DraftRecord[] =>
  Array.isArray(nodes) ? nodes.map((node) => (isMapping(node) ? node : {})) : [],
);

/** How a node is called in messages: its name, else where it is reached, else its place in the list. */
export function nodeCalled(draft: SiteDraft, index: number): string {
  const node = draftNodes(draft)[index];
  return textAt(node, ['name']) || textAt(node, ['reach']) || `node ${index + 1}`;
}

/** What was seen on a node of the draft. */
export function factsOf(view: WizardView, index: number): NodeFacts | undefined {
  const node = draftNodes(view.draft)[index];
  return view.facts.get(textAt(node, ['name'])) ?? view.facts.get(textAt(node, ['reach']));
}

/** Whether the node gets an address of the site, and does not keep that of its DHCP server. */
export const isStatic = (node: DraftValue): boolean => textAt(node, ['network', 'mode']) !== 'dhcp';
