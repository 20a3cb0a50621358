import type { HeardNames } from '../../app/ask-names.ts';
import { textAt } from '../../wizard/draft/draft.ts';
import { draftNodes, factsOf } from '../../wizard/draft/draft-nodes.ts';
import type { Note, WizardView } from '../../wizard/page.ts';
import { seenAddress } from '../../wizard/pages/seen-address.ts';
import { newAddress, newVirtualAddress } from '../../wizard/pages/wanted-addresses.ts';
import { siteNameOf } from '../../wizard/pages/wanted-names.ts';

/** What DNS answers for the name of the site; nothing until a node was asked. */
export function siteNameNotes(names: HeardNames, view: WizardView): readonly Note[] {
  const name = siteNameOf(view);
  const [answer] = [...(names.get(name ?? '') ?? [])];
  if (name === undefined || answer === undefined) return [];
  const [asker, addresses] = answer;
  const virtual = newVirtualAddress(view);
  const says = `DNS on ${asker}: ${name}`;
  if (addresses.length === 0) {
    const remedy = `Add a DNS record that points it to ${virtual ?? 'the virtual address'}.`;
    return [{ grade: 'plain', text: `${says} does not resolve.`, remedy }];
  }
  const text = `${says} resolves to ${addresses.join(', ')}`;
  if (virtual === undefined) return [{ grade: 'plain', text: `${text}.` }];
  if (addresses.length === 1 && addresses[0] === virtual)
    return [{ grade: 'pass', text: `${text}, the virtual address.` }];
  return [{ grade: 'warn', text: `${text}, not to ${virtual}.`, remedy: 'Correct the record in the name server.' }];
}

/** Of each node whose name DNS leads to another machine. */
export function nodeNameNotes(names: HeardNames, view: WizardView): readonly Note[] {
  return draftNodes(view.draft).flatMap((node, index) => {
    const [name, reach] = [textAt(node, ['name']), textAt(node, ['reach'])];
    const own = [newAddress(view, index), seenAddress(factsOf(view, index), reach)?.address, reach];
    const [answer] = [...(names.get(name) ?? [])].filter(([, all]) => all.some((address) => !own.includes(address)));
    if (answer === undefined) return [];
    const text = `DNS on ${answer[0]}: ${name} resolves to ${answer[1].join(', ')}.`;
    return [{ grade: 'warn', text, remedy: 'Correct its entry in the name server.' } as const];
  });
}
