import type { SiteDraft } from '../../site/schema.ts';
import { asLsblk } from '../../storage/bytes.ts';
import { type Candidate, defaultCandidate, type PoolWish, poolCandidates } from '../../storage/candidates.ts';
import { storageDemand } from '../../storage/demand.ts';
import { isMapping } from '../../text/mapping.ts';
import { getAt, removeAt, setAt, textAt } from '../draft/draft.ts';
import { factsOf } from '../draft/draft-nodes.ts';
import { provisionalSite } from '../draft/provisional.ts';
import { storageWish } from '../draft/storage-wish.ts';
import type { Field, Parsed, WizardView } from '../page.ts';

/** What can carry the pool of one node. */
interface PoolChoice {
  readonly node: string;
  readonly index: number;
  readonly wish: PoolWish;
  readonly candidates: readonly Candidate[];
  /** The one that needs no question. */
  readonly usual: Candidate | undefined;
}

/** One row for each manager on which it is not plain what carries the pool; none where the site's own group does. */
export function poolChoiceFields(view: WizardView): readonly Field[] {
  return provisionalSite(view).nodes.flatMap(({ name, reach, role }, index): readonly Field[] => {
    const storage = factsOf(view, index)?.storage;
    const node = { name, reach, role };
    const pool = storageDemand(storageWish(view), view.product, node).pool;
    if (!storage || !pool) return [];
    const wish = { ...pool, erase: textAt(view.draft, [...placeOf(index), 'erase']) || undefined };
    const candidates = poolCandidates(storage, wish);
    const likely = defaultCandidate(candidates, wish);
    // As with the group of unshared volumes: one that was named is not replaced unasked.
    const named = textAt(view.draft, ['storage', 'shared', 'volumeGroup']) !== '';
    const usual = named && likely && !isSites(likely, wish) ? undefined : likely;
    const choice = { node: name, index, wish, candidates, usual };
    return isPlain(choice) && typed(view.draft, choice) === undefined
      ? eraseFields(choice)
      : [fieldOf(choice), ...eraseFields(choice)];
  });
}

/** There is one way, and it is what the site says for every node. */
function isPlain({ candidates, usual, wish }: PoolChoice): boolean {
  return usual !== undefined && isSites(usual, wish) && candidates.filter(({ usable }) => usable).length === 1;
}

const isSites = ({ choice }: Candidate, { group, volume }: PoolWish): boolean =>
  choice !== undefined &&
  choice.device === undefined &&
  choice.volumeGroup === group &&
  (choice.volume ?? volume) === volume;

function fieldOf(choice: PoolChoice): Field {
  const { node, index, candidates, usual } = choice;
  return {
    id: `nodes.${index}.storage.shared`,
    path: ['nodes', index, 'storage', 'shared'],
    row: String(index),
    kind: 'choice',
    label: 'Shared pool',
    question: `What holds the shared pool on ${node}?`,
    help: 'Shared volumes are stored in the shared pool. Its logical volume is made in the free space of a group, or on a blank disk or partition that gets a group of its own; an existing blank volume is used as it is. Nothing that holds data can be chosen: type its name in the row below. Just before it is written to, a disk is identified again by size, WWN and serial number.',
    required: true,
    choices: candidates.map((each) => ({
      value: each.name,
      label: each.name,
      hint: hintOf(each),
      ...(each.usable ? {} : { unusable: true as const }),
    })),
    ...(usual ? { rare: true as const, fallback: { value: usual.name, from: 'seen' as const } } : {}),
    parse: (text) => parse(text, choice),
    read: (draft) => typed(draft, choice),
    write: (draft, value) => written(draft, typeof value === 'string' ? value : undefined, choice),
  };
}

/** A disk that carries data is never offered: its name has to be typed. */
function eraseFields(choice: PoolChoice): readonly Field[] {
  const { node, index, candidates } = choice;
  const names = candidates.flatMap(({ erased }) => erased?.erase ?? []);
  if (names.length === 0) return [];
  return [
    {
      id: `nodes.${index}.storage.shared.erase`,
      path: [...placeOf(index), 'erase'],
      row: String(index),
      kind: 'text',
      label: 'Erase',
      question: `Which disk of ${node} is erased for the pool (none: leave it empty)?`,
      help: 'An unused disk or partition that holds data can hold the pool once it is erased. Type its name, such as sdb: all data on it is lost and cannot be restored. Just before, it is identified again by path, size, WWN and serial number.',
      required: false,
      rare: true,
      parse: (text) => (names.includes(text) ? { value: text } : { problem: notErased(text, choice) }),
      read: (draft) => textAt(draft, [...placeOf(index), 'erase']) || undefined,
      write: (draft, value) => {
        const found = candidates.find(({ erased }) => erased !== undefined && erased.erase === value);
        return withPlace(draft, found?.erased, index);
      },
    },
  ];
}

function notErased(text: string, { node, candidates }: PoolChoice): string {
  const found = candidates.find(({ name }) => name === `/dev/${text}`);
  if (!found) return `${node} has no ${text}: type the name of a disk of the list, such as sdb`;
  return found.usable ? `${text} is blank: choose it above` : `${text} cannot be erased: ${found.why}`;
}

function hintOf({ kind, sizeBytes, model, serial, transport, usable, why }: Candidate): string {
  const identity = [model, serial, transport].filter((word) => word !== undefined).join(' ');
  const what = `${asLsblk(sizeBytes)} ${kind}`;
  return usable ? [what, identity, why].filter(Boolean).join(', ') : `no: ${why} (${what})`;
}

function parse(text: string, { node, candidates }: PoolChoice): Parsed {
  const found = candidates.find(({ name, choice }) => name === text || choice?.device === text);
  if (!found) return { problem: `${node} has no ${text}: choose one of the list` };
  return found.usable ? { value: found.name } : { problem: `${text} cannot hold the pool: ${found.why}` };
}

const placeOf = (index: number) => ['nodes', index, 'storage', 'shared'] as const;

/** What the draft says for the node, by its name in the list. */
function typed(draft: SiteDraft, { index, candidates, wish }: PoolChoice): string | undefined {
  const said = (key: string) => textAt(draft, [...placeOf(index), key]);
  const [device, group, volume] = [said('device'), said('volumeGroup'), said('volume')];
  if (device !== '') return candidates.find(({ choice }) => choice?.device === device)?.name ?? device;
  if (group === '' && volume === '') return undefined;
  const name = `${group || wish.group}/${volume || wish.volume}`;
  return candidates.some((each) => each.name === name) ? name : group || name;
}

/** The site's own place needs no word of the node. A size of the node stays. */
function written(draft: SiteDraft, name: string | undefined, { index, candidates, wish }: PoolChoice): SiteDraft {
  const found = candidates.find((each) => each.name === name);
  const choice = found && !isSites(found, wish) ? found.choice : undefined;
  return withPlace(draft, choice, index);
}

function withPlace(draft: SiteDraft, choice: Candidate['choice'], index: number): SiteDraft {
  const before = getAt(draft, placeOf(index));
  const { device: _, erase: __, volumeGroup: ___, volume: ____, ...kept } = isMapping(before) ? before : {};
  const next = { ...kept, ...choice };
  return Object.keys(next).length === 0 ? removeAt(draft, placeOf(index)) : setAt(draft, placeOf(index), next);
}
