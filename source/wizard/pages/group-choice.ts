import type { StorageFacts } from '../../facts/facts.ts';
import type { SiteDraft } from '../../site/schema.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { storageDemand } from '../../storage/demand.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { removeAt, setAt, textAt } from '../draft/draft.ts';
import { factsOf } from '../draft/draft-nodes.ts';
import { provisionalSite } from '../draft/provisional.ts';
import { storageWish } from '../draft/storage-wish.ts';
import type { Field, FieldChoice, Parsed, WizardView } from '../page.ts';

/** One row for each node with more than one group for its own volumes, or without the site's; none where the site's is the only one. */
export function groupChoiceFields(view: WizardView): readonly Field[] {
  const wish = storageWish(view);
  const sites = wish.storage.unshared.volumeGroup;
  // A group that was named is not replaced unasked where a node lacks it: it may be mistyped, and data would lie elsewhere.
  const named = textAt(view.draft, ['storage', 'unshared', 'volumeGroup']) !== '';
  return provisionalSite(view).nodes.flatMap(({ name, reach, role }, index): readonly Field[] => {
    const storage = factsOf(view, index)?.storage;
    if (!storage || storageDemand(wish, view.product, { name, reach, role }).local.length === 0) return [];
    const choices = choicesOf(storage);
    const usable = choices.filter(({ unusable }) => !unusable).map(({ value }) => value);
    const plain = choices.length === 0 || (usable.length === 1 && usable[0] === sites);
    if (plain && textAt(view.draft, placeOf(index)) === '') return [];
    const usual = usable.includes(sites) ? sites : usable.length === 1 && !named ? usable[0] : undefined;
    return [fieldOf({ name, index, sites, choices, usual })];
  });
}

interface GroupChoice {
  readonly name: string;
  readonly index: number;
  /** The group that the site names for every node. */
  readonly sites: string;
  readonly choices: readonly FieldChoice[];
  /** The one that needs no question. */
  readonly usual: string | undefined;
}

function choicesOf(storage: StorageFacts): readonly FieldChoice[] {
  return storage.volumeGroups.map((group) => {
    const trouble = groupTrouble(storage, group);
    const named = { value: group.name, label: group.name };
    return trouble
      ? { ...named, hint: `no: ${trouble.what}`, unusable: true }
      : { ...named, hint: `${gigabytes(group.freeBytes)} free` };
  });
}

function fieldOf({ name, index, sites, choices, usual }: GroupChoice): Field {
  const path = placeOf(index);
  return {
    id: path.join('.'),
    path,
    row: String(index),
    kind: 'choice',
    label: 'Unshared',
    question: `Which volume group holds the unshared volumes of ${name}?`,
    help: 'Logical volumes for databases and queues are made in it. It is stored per node only where a node differs from the rest of the site.',
    required: true,
    choices,
    ...(usual === undefined ? {} : { rare: true as const, fallback: { value: usual, from: 'seen' as const } }),
    parse: (text) => parse(text, name, choices),
    write: (draft, value) => written(draft, index, value === sites ? undefined : value),
  };
}

function parse(text: string, node: string, choices: readonly FieldChoice[]): Parsed {
  const found = choices.find(({ value }) => value === text);
  if (!found) return { problem: `${node} has no volume group ${text}: choose one of the list` };
  return found.unusable ? { problem: `${text} cannot be used: ${found.hint}` } : { value: text };
}

const placeOf = (index: number) => ['nodes', index, 'storage', 'unshared', 'volumeGroup'] as const;

const written = (draft: SiteDraft, index: number, value: SiteDraft[string]): SiteDraft =>
  value === undefined ? removeAt(draft, placeOf(index)) : setAt(draft, placeOf(index), value);
