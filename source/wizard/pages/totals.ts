import type { Finding } from '../../site/finding.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { estimateStorage, type StorageEstimate } from '../../storage/estimate.ts';
import { onceFor } from '../../text/once.ts';
import { counted } from '../../text/plural.ts';
import { draftNodes } from '../draft/draft-nodes.ts';
import { storageWish } from '../draft/storage-wish.ts';
import type { Note, WizardView } from '../page.ts';
import { placedNodes } from './node-places.ts';

/** What the volumes take of one volume group of one node. Bytes. */
export interface GroupTotal {
  readonly node: string;
  readonly group: string;
  /** 0 where the node has no such group; undefined where it was not seen yet. */
  readonly sizeBytes: number | undefined;
  /** In use by what is there today. */
  readonly usedBytes: number;
  readonly poolBytes: number;
  readonly localBytes: number;
  /** Kept free. */
  readonly reserveBytes: number;
  /** What would be left beside the reserve; below zero: what is missing. */
  readonly leftBytes: number;
}

/** The estimate for what is typed so far. */
const draftEstimate = onceFor(
  (view: WizardView): StorageEstimate =>
    estimateStorage({ ...storageWish(view), nodes: placedNodes(view) }, view.product, [...view.facts.values()]),
);

/** One row for each node and volume group in play; a node that was not seen has one row without sizes. */
export const groupTotals = onceFor((view: WizardView): readonly GroupTotal[] => {
  const { unshared } = storageWish(view).storage;
  return draftEstimate(view).nodes.flatMap(({ node, room }): GroupTotal[] => {
    const none = { node, usedBytes: 0, poolBytes: 0, localBytes: 0, reserveBytes: 0, leftBytes: 0 };
    if (!room) return [{ ...none, group: unshared.volumeGroup, sizeBytes: undefined }];
    return room.groups.map((group) => ({
      node,
      group: group.name,
      sizeBytes: group.sizeBytes,
      usedBytes: group.sizeBytes - group.freeBytes,
      poolBytes: group.poolBytes,
      localBytes: group.localBytes,
      reserveBytes: group.reserveBytes,
      leftBytes: group.leftBytes,
    }));
  });
});

/** Required and available, then node by node what is short and what would remedy it. */
export const storageNotes = (view: WizardView): readonly Note[] => estimateNotes(view, draftEstimate(view));

/** The same of an estimate that was worked out elsewhere. */
export function estimateNotes(view: WizardView, estimate: StorageEstimate): readonly Note[] {
  if (estimate.volumes.length === 0) return [{ grade: 'plain', text: 'These features store nothing.' }];
  const unseen = estimate.nodes.filter((node) => node.verdict === 'unknown').length;
  const notSeen: Note[] =
    unseen > 0
      ? [
          {
            grade: 'plain',
            text: `${unseen} of ${counted(estimate.nodes.length, 'node')} not seen yet: the page Nodes shows why.`,
          },
        ]
      : [];
  return [
    ...shortNotes(view, estimate),
    ...requiredNotes(estimate, usingGroup(view)),
    ...fitNote(estimate),
    ...notSeen,
  ];
}

/** The node that lacks most comes first, with all that would help, the cheapest first; nodes that lack the same are one note. */
function shortNotes({ draft }: WizardView, { nodes, weakest }: StorageEstimate): readonly Note[] {
  const short = nodes
    .filter(({ verdict }) => verdict === 'short')
    .toSorted((one, other) => Number(other.node === weakest) - Number(one.node === weakest));
  const alike = [...Map.groupBy(short, ({ reason }) => reason).values()];
  return alike.flatMap(([first, ...others], index): Note[] => {
    if (first === undefined) return [];
    // A choice of the site is the same for every node: it is said once.
    const remedies = first.remedies
      .filter(({ scope }) => index === 0 || scope === 'node')
      .map((remedy) => remedy.text.replace(/\.$/, ''));
    const names = [first, ...others].map(({ node }) => node);
    const whose = alike.length > 1 || others.length > 0 ? ` for ${first.node}` : '';
    const remedy = remedies.length > 0 ? { remedy: `Remedies${whose}: ${remedies.join(' · ')}` } : {};
    const row = String(draftNodes(draft).findIndex((node) => node.name === first.node));
    return [{ grade: 'fail', text: `${namesOf(names)}: ${first.reason}`, row, ...remedy }];
  });
}

/** The first few of many. */
const namesOf = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** The group that unshared volumes are cut from, and nodes with another one; undefined where a storage class takes them. */
function usingGroup(view: WizardView): string | undefined {
  const { unshared } = storageWish(view).storage;
  if (unshared.storageClass !== undefined) return undefined;
  const others = placedNodes(view).flatMap(({ name, storage }) => {
    const own = storage?.unshared?.volumeGroup ?? unshared.volumeGroup;
    return own === unshared.volumeGroup ? [] : [`${name}: ${own}`];
  });
  return others.length === 0 ? unshared.volumeGroup : `${unshared.volumeGroup} (${namesOf(others)})`;
}

/** In the words and the order of `storage estimate`. */
function requiredNotes({ requiredBytes, availableBytes }: StorageEstimate, group: string | undefined): readonly Note[] {
  const { shared, unshared } = availableBytes;
  const using = requiredBytes.unshared > 0 && group !== undefined ? `Using ${group} for unshared volumes. ` : '';
  const known = shared !== undefined || unshared !== undefined;
  const have = (bytes: number | undefined): string => (bytes === undefined ? 'unknown' : gigabytes(bytes));
  const pool = requiredBytes.shared > 0 ? `Shared ${have(shared)}, ` : '';
  const available = known ? `Available: ${pool}Unshared ${have(unshared)}. ` : '';
  const required = `Required: Shared ${gigabytes(requiredBytes.shared)}, Unshared ${gigabytes(requiredBytes.unshared)}.`;
  return [{ grade: 'plain', text: `${using}${available}${required}` }];
}

function fitNote(estimate: StorageEstimate): readonly Note[] {
  const weakest = estimate.nodes.find((node) => node.node === estimate.weakest);
  const where = weakest ? ` ${weakest.node}: ${weakest.reason}` : '';
  if (estimate.verdict === 'ok') return [{ grade: 'pass', text: `It fits.${where}` }];
  return estimate.verdict === 'tight' ? [{ grade: 'warn', text: `It fits, but little is left.${where}` }] : [];
}

/** The same as findings, so that the review and the progress line know of it. */
export function storageFindings(view: WizardView): readonly Finding[] {
  return storageNotes(view).flatMap((note): Finding[] =>
    note.grade === 'fail'
      ? [{ check: 'storage-fit', grade: 'fail', nodes: [], seen: '', reason: note.text, field: ['storage'] }]
      : [],
  );
}
