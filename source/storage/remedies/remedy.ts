import type { StorageFacts } from '../../facts/facts.ts';
import { type NodeRoom, nodeRoom, type StorageDemand, storageDemand } from '../room.ts';
import { verdictOf } from '../verdict.ts';
import type { StorageWish } from '../volumes.ts';

export type RemedyKind = 'repair' | 'other-group' | 'reduce' | 'extend' | 'grow-shared' | 'disable' | 'another-node';

/** One way out of a shortage. Never one that shrinks / or wipes anything. */
export interface Remedy {
  readonly kind: RemedyKind;
  /** What to do, with its numbers, one line. */
  readonly text: string;
  /** False where it helps but does not do alone. */
  readonly enough: boolean;
}

/** What a remedy is tried on: every number below comes from judging the changed node again. */
export interface Shortage {
  readonly wanted: StorageDemand;
  readonly storage: StorageFacts;
  readonly room: NodeRoom;
  readonly node: string;
}

/** Whether the node would carry a changed wish, or the same wish on changed disks. */
export function fits(wish: StorageWish, short: Shortage, storage: StorageFacts = short.storage): boolean {
  return verdictOf(nodeRoom(storageDemand(wish, short.wanted.product, short.wanted.role), storage)) !== 'short';
}
