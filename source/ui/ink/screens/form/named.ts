import { textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, factsOf } from '../../../../wizard/draft/draft-nodes.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { seenAddress } from '../../../../wizard/pages/seen-address.ts';
import { newAddress, newVirtualAddress } from '../../../../wizard/pages/wanted-addresses.ts';
import { siteNameOf } from '../../../../wizard/pages/wanted-names.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import type { Message } from '../../widgets/fit-messages.ts';

/** What DNS says, under the form: of the site's name in any case, of a node's name where it leads to another machine. */
export function namedMessages(state: AppState): readonly Message[] {
  const view = viewOf(state);
  return [...ofNodes(state, view), ...ofSite(state, view)];
}

function ofSite({ names }: AppState, view: WizardView): readonly Message[] {
  const name = siteNameOf(view);
  const [answer] = [...(names.get(name ?? '') ?? [])];
  if (name === undefined || answer === undefined) return [];
  const [asker, addresses] = answer;
  const virtual = newVirtualAddress(view);
  const says = `DNS on ${asker}: ${name}`;
  if (addresses.length === 0)
    return [
      {
        mark: 'plain',
        text: `${says} is not known.`,
        remedy: `Let the name server answer it with ${virtual ?? 'the virtual address'}.`,
      },
    ];
  const text = `${says} leads to ${addresses.join(', ')}`;
  if (virtual === undefined) return [{ mark: 'plain', text: `${text}.` }];
  if (addresses.length === 1 && addresses[0] === virtual)
    return [{ mark: 'pass', text: `${text}, the virtual address.` }];
  return [{ mark: 'warn', text: `${text}, not to ${virtual}.`, remedy: 'Correct the record in the name server.' }];
}

function ofNodes({ names }: AppState, view: WizardView): readonly Message[] {
  return draftNodes(view.draft).flatMap((node, index) => {
    const [name, reach] = [textAt(node, ['name']), textAt(node, ['reach'])];
    const own = [newAddress(view, index), seenAddress(factsOf(view, index), reach)?.address, reach];
    const [answer] = [...(names.get(name) ?? [])].filter(([, all]) => all.some((address) => !own.includes(address)));
    if (answer === undefined) return [];
    const text = `DNS on ${answer[0]}: ${name} leads to ${answer[1].join(', ')}.`;
    return [{ mark: 'warn', text, remedy: 'Correct its entry in the name server.' } as const];
  });
}
