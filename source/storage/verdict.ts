import { allocatable, type GroupRoom, type NodeRoom } from './room.ts';

/** `tight`: it fits, but less than a tenth of a group's room is left. `unknown`: the node's disks were not seen. */
export type StorageVerdict = 'ok' | 'tight' | 'short' | 'unknown';

const order: readonly StorageVerdict[] = ['ok', 'tight', 'unknown', 'short'];

export function worstVerdict(verdicts: readonly StorageVerdict[]): StorageVerdict {
  return verdicts.reduce<StorageVerdict>(
    (worst, each) => (order.indexOf(each) > order.indexOf(worst) ? each : worst),
    'ok',
  );
}

/** The pool's factor already keeps 15 % back, so only a group can be tight. */
export function verdictOf(room: NodeRoom): Exclude<StorageVerdict, 'unknown'> {
  const used = room.groups.filter(takes);
  const short = used.some((group) => group.leftBytes < 0 || group.trouble !== undefined);
  if (short || (room.shared?.deficitBytes ?? 0) > 0 || room.unshared.deficitBytes > 0) return 'short';
  return used.some((group) => group.leftBytes < allocatable(group) / 10) ? 'tight' : 'ok';
}

/** Whether anything still has to be made in the group. */
export function takes(group: GroupRoom): boolean {
  return group.poolBytes + group.localBytes > 0;
}
