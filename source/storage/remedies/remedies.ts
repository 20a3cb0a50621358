import type { StorageFacts } from '../../facts/facts.ts';
import { nodeRoom, type StorageDemand } from '../room.ts';
import { extend, growShared, repair } from './groups.ts';
import type { Remedy, Shortage } from './remedy.ts';
import { anotherNode, disable, reduce } from './volumes.ts';

/** Ways out of a shortage, in the order of `docs/storage.md`, after what stops a group from being used at all. */
export function remediesFor(wanted: StorageDemand, storage: StorageFacts, node: string): Remedy[] {
  const short: Shortage = { wanted, storage, room: nodeRoom(wanted, storage), node };
  return [
    ...repair(short),
    ...reduce(short),
    ...extend(short),
    ...growShared(short),
    ...disable(short),
    anotherNode(short),
  ];
}
