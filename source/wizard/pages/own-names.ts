import type { SiteDraft } from '../../site/schema.ts';
import { onceFor } from '../../text/once.ts';
import { setAt, textAt } from '../draft/draft.ts';
import { draftNodes, factsOf } from '../draft/draft-nodes.ts';
import type { WizardView } from '../page.ts';
import { hostName } from '../parse.ts';

/** Names that an installer leaves on every machine. */
const anyMachine = /^(ubuntu|ubuntu-server|localhost|server|debian)$/;

/** The draft with the machines' own names in place of numbered ones. */
export interface OwnNames {
  readonly draft: SiteDraft;
  /** The new names, in the order of the list. */
  readonly names: readonly string[];
  /** From the earlier name to the new one. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * What the nodes would be called by the machines' own host names. Undefined unless every node that was seen has one of its own that
 * no other node has, and some node still carries the name that it got when its address was added.
 */
export const ownNames = onceFor(findOwnNames);

function findOwnNames(view: WizardView): OwnNames | undefined {
  let { draft } = view;
  const renamed = new Map<string, string>();
  const nodes = draftNodes(draft);
  for (const [index, node] of nodes.entries()) {
    const own = factsOf(view, index)?.identity?.hostname.split('.')[0] ?? '';
    const name = textAt(node, ['name']);
    if (!isNumbered(name, draft) || own === '' || own === name) continue;
    if (anyMachine.test(own) || 'problem' in hostName(own)) return undefined;
    renamed.set(name, own);
    draft = setAt(draft, ['nodes', index, 'name'], own);
  }
  const all = draftNodes(draft).map((node) => textAt(node, ['name']));
  if (renamed.size === 0 || new Set(all).size < all.length) return undefined;
  return { draft, names: [...renamed.values()], renamed };
}

/** Whether a name is one that `addNodes` makes: the site's name or `node`, and a number. */
function isNumbered(name: string, draft: SiteDraft): boolean {
  const stem = /^(.*)-w?\d+$/.exec(name)?.[1];
  return stem !== undefined && (stem === 'node' || stem === textAt(draft, ['name']));
}
