import { siteRules } from '../../site/schema.ts';
import { textAt } from '../draft/draft.ts';
import { draftNodes } from '../draft/draft-nodes.ts';
import type { WizardView } from '../page.ts';

/** The name under which the site is reached, where a right one is given. */
export function siteNameOf({ draft }: WizardView): string | undefined {
  return siteRules.dnsName.safeParse(textAt(draft, ['customer', 'dnsName'])).data;
}

/** Names of which a name server may say something: that of the site, and those of the nodes. */
export function wantedNames(view: WizardView): readonly string[] {
  const site = siteNameOf(view);
  const nodes = draftNodes(view.draft).flatMap(
    (node) => siteRules.hostName.safeParse(textAt(node, ['name'])).data ?? [],
  );
  return [...(site === undefined ? [] : [site]), ...nodes];
}
