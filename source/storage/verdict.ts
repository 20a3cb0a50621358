import type { GroupRoom } from './group-room.ts';
import type { NodeRoom } from './room.ts';

/** `tight`: it fits, but less than a tenth of a group's room is left. `unknown`: the node's disks were not seen. */
export type StorageVerdict = 'ok' | 'tight' | 'short' | 'unknown';

const order: readonly StorageVerdict[] = ['ok', 'tight', 'unknown', 'short'];

export function worstVerdict(verdicts: readonly StorageVerdict[]): StorageVerdict {
  return verdicts.reduce<StorageVerdict>(
    (worst, each) => (order.indexOf(each) > order.indexOf(worst) ? each : worst),
    'ok',
  );
}

/** The planner's word on one node; a group that LVM refuses to change makes it short, whatever its free space. */
export function verdictOf({ groups, placement }: NodeRoom): Exclude<StorageVerdict, 'unknown'> {
  if (groups.some((group) => group.trouble && group.carries)) return 'short';
  return placement.verdict === 'not-found' ? 'short' : placement.verdict;
}

/** Whether anything still has to be made in the group. */
export function takes(group: GroupRoom): boolean {
  return group.poolBytes + group.localBytes > 0;
}
