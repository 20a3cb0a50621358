import type { VolumeClass } from '../../product/schema.ts';

/** A volume group, or what a pool holds: volumes lie whole in one. Bytes. */
export interface Space {
  readonly name: string;
  /** What volumes may take of it: reserve and other uses are already off. Below zero where those do not fit. */
  readonly freeBytes: number;
  /** 0 where space is not given in extents. */
  readonly extentBytes: number;
  /** What was taken off for the pool's own volume; counts when it is judged how little is left. */
  readonly cutBytes?: number;
  /** It takes the pool's own volume and nothing else. */
  readonly closed?: boolean;
}

/** One node as the planner sees it. */
export interface PlaceNode {
  readonly name: string;
  /** Groups that take unshared volumes, after the pool's own volume was cut from them. */
  readonly groups: readonly Space[];
  /** What the node's pool of shared volumes holds; undefined where it carries none. */
  readonly pool?: Space;
}

export interface PlaceVolume {
  readonly id: string;
  readonly class: VolumeClass;
  readonly bytes: number;
  /** How many copies, each whole, are placed in exact mode. */
  readonly replicas: number;
  /** Copies never share a node. */
  readonly apart: boolean;
  /** Volumes of one component are mounted by one instance, so they lie on one node. */
  readonly component: string;
}

/** Where one copy of a volume goes. */
export interface Assignment {
  readonly volume: string;
  readonly node: string;
  readonly space: string;
}

/** What one class of volumes lacks on a node. Bytes, whole extents. */
export interface Shortfall {
  readonly node: string;
  /** `pool`: the volume under the pool does not fit into its group. */
  readonly class: VolumeClass | 'pool';
  readonly space: string;
  readonly needBytes: number;
  readonly haveBytes: number;
  /** The least that one group, or the pool, must hold more. */
  readonly deficitBytes: number;
  /** The largest volume that does not fit. */
  readonly misfit?: string;
}

/** Bytes that a volume takes of a space: whole extents. */
export function taken(bytes: number, { extentBytes }: Pick<Space, 'extentBytes'>): number {
  return extentBytes > 0 ? Math.ceil(bytes / extentBytes) * extentBytes : bytes;
}

export function total(volumes: readonly { readonly bytes: number }[], space: Pick<Space, 'extentBytes'>): number {
  return volumes.reduce((sum, volume) => sum + taken(volume.bytes, space), 0);
}
