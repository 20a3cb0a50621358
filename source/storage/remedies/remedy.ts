import type { StorageFacts } from '../../facts/facts.ts';
import type { Product } from '../../product/schema.ts';
import { type StorageDemand, type StorageNode, storageDemand } from '../demand.ts';
import { type NodeRoom, nodeRoom } from '../room.ts';
import { verdictOf } from '../verdict.ts';
import type { StorageWish } from '../volumes.ts';

/** The cheapest first: what costs nothing, then a command on the node, a size, a disk, a feature, a machine. `docs/storage.md`. */
export const remedyKinds = [
  'other-group',
  'repair',
  'reduce',
  'extend',
  'grow-shared',
  'disable',
  'another-node',
] as const;
export type RemedyKind = (typeof remedyKinds)[number];

/** One way out of a shortage. Never one that shrinks / or wipes anything. */
export interface Remedy {
  readonly kind: RemedyKind;
  /** `site`: a change of site.yaml, computed over all nodes and the same for all of them. */
  readonly scope: 'site' | 'node';
  /** What to do, with its numbers, one line. */
  readonly text: string;
  /** False where it helps but does not do alone. */
  readonly enough: boolean;
}

/** One node that is short. */
export interface Shortage {
  readonly wanted: StorageDemand;
  readonly storage: StorageFacts;
  readonly room: NodeRoom;
}

/** What remedies are tried on: every number of a remedy comes from judging the changed nodes again. */
export interface SiteShortage {
  readonly site: StorageWish;
  readonly product: Product;
  /** Never empty. */
  readonly short: readonly Shortage[];
}

export function siteRemedy(kind: RemedyKind, text: string, enough: boolean): Remedy {
  return { kind, scope: 'site', text, enough };
}

export function nodeRemedy(kind: RemedyKind, text: string, enough: boolean): Remedy {
  return { kind, scope: 'node', text, enough };
}

/** Whether one node would carry a changed site. */
export function fits(site: StorageWish, { wanted, storage }: Shortage, node: StorageNode = wanted.node): boolean {
  return verdictOf(nodeRoom(storageDemand(site, wanted.product, node), storage)) !== 'short';
}

/** Whether one node would carry the same wish on changed disks. */
export function fitsOn(storage: StorageFacts, { wanted }: Pick<Shortage, 'wanted'>): boolean {
  return verdictOf(nodeRoom(wanted, storage)) !== 'short';
}
