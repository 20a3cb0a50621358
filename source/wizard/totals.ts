import type { Finding } from '../check/finding.ts';
import { gibibyte, gigabytes, gigabytesMissing } from '../storage/bytes.ts';
import { findGroup } from '../storage/groups.ts';
import { existingVolume, sharedVolume } from '../storage/shared.ts';
import { demand, volumesFor } from '../storage/volumes.ts';
import { draftNodes, factsOf, nodeCalled } from './draft-nodes.ts';
import type { Note, WizardView } from './page.ts';
import { storageWish } from './storage-wish.ts';

/** What the volumes take of one volume group of one node. Bytes. */
export interface GroupTotal {
  readonly node: string;
  readonly row: string;
  readonly group: string;
  /** Undefined where the node has no such group, or was not seen yet. */
  readonly sizeBytes: number | undefined;
  /** In use by what is there today. */
  readonly usedBytes: number;
  readonly poolBytes: number;
  readonly localBytes: number;
  /** What would be left; below zero: what is missing. */
  readonly leftBytes: number;
}

/** One row for each node and volume group that is asked for something; a node that was not seen has rows without sizes. */
export function groupTotals(view: WizardView): readonly GroupTotal[] {
  const wish = storageWish(view);
  const volumes = volumesFor(wish, view.product);
  const pool = sharedVolume(wish, view.product);
  const local = demand(volumes, 'unshared');
  return draftNodes(view.draft).flatMap((node, index) => {
    const wanted = new Map<string, { pool: number; local: number }>();
    const facts = factsOf(view, index);
    if (local > 0) wanted.set(wish.storage.unshared.volumeGroup, { pool: 0, local });
    if (pool && node.role !== 'worker') {
      // A pool volume that is there already takes no more space than it takes today.
      const there = facts ? existingVolume(pool, facts) : undefined;
      const bytes = there ? 0 : pool.gib * gibibyte;
      wanted.set(pool.group, { pool: bytes, local: wanted.get(pool.group)?.local ?? 0 });
    }
    return [...wanted].map(([group, need]) => {
      const seen = facts?.storage ? findGroup(facts.storage, group) : undefined;
      const free = seen?.freeBytes ?? 0;
      return {
        node: nodeCalled(view.draft, index),
        row: String(index),
        group,
        sizeBytes: seen?.sizeBytes ?? (facts?.storage ? 0 : undefined),
        usedBytes: (seen?.sizeBytes ?? 0) - free,
        poolBytes: need.pool,
        localBytes: need.local,
        leftBytes: free - need.pool - need.local,
      };
    });
  });
}

/** Required shared and unshared, and what the tightest node leaves. */
export function storageNotes(view: WizardView): readonly Note[] {
  const wish = storageWish(view);
  const volumes = volumesFor(wish, view.product);
  if (volumes.length === 0) return [{ grade: 'plain', text: 'These features store nothing.' }];
  const required = `Required on each node: shared ${gigabytes(demand(volumes, 'shared'))}, local ${gigabytes(demand(volumes, 'unshared'))}.`;
  const notes: Note[] = [{ grade: 'plain', text: required }];
  const totals = groupTotals(view);
  const known = totals.filter((total) => total.sizeBytes !== undefined);
  for (const total of known) {
    if (total.sizeBytes === 0)
      notes.unshift({
        grade: 'fail',
        text: `${total.node} has no volume group ${total.group}: choose another, or make it there.`,
        row: total.row,
      });
    else if (total.leftBytes < 0)
      notes.unshift({
        grade: 'fail',
        text: `${total.node} is ${gigabytesMissing(-total.leftBytes)} short in ${total.group}: take smaller sizes, or grow ${total.group} there.`,
        row: total.row,
      });
  }
  const tightest = known.toSorted((one, other) => one.leftBytes - other.leftBytes)[0];
  if (tightest && tightest.leftBytes >= 0)
    notes.push({
      grade: 'pass',
      text: `It fits. The tightest is ${tightest.node}: ${gigabytes(tightest.leftBytes)} left in ${tightest.group}.`,
    });
  if (known.length < totals.length)
    notes.push({ grade: 'plain', text: 'Nodes that have not been seen yet are not counted.' });
  return notes;
}

/** The same as findings, so that the review and the trail know of it. */
export function storageFindings(view: WizardView): readonly Finding[] {
  return storageNotes(view).flatMap((note): Finding[] =>
    note.grade === 'fail'
      ? [{ check: 'storage-fit', grade: 'fail', nodes: [], seen: '', reason: note.text, field: ['storage'] }]
      : [],
  );
}
