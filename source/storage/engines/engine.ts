import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import type { Where } from '../../kubernetes/kubectl.ts';
import type { Asking } from '../../kubernetes/read.ts';
import type { Product } from '../../product/schema.ts';

/** The pool of shared volumes on one node, as the cluster shows it. */
export interface PoolSeen {
  readonly name: string;
  readonly node: string;
  /** The engine's own word for it, or `read-only`. */
  readonly state: string;
  /** It takes what is written to it. */
  readonly online: boolean;
  /** Of its space, where the engine says so. */
  readonly usedPercent?: number;
  /** Used from which on it takes no writes. */
  readonly readOnlyPercent?: number;
}

/** One copy of a shared volume on one pool. */
export interface CopySeen {
  readonly name: string;
  readonly volume: string;
  readonly pool: string;
  readonly healthy: boolean;
}

/** What an engine of shared volumes is, holds and is asked. How it comes into a cluster: `plan/engines/`. */
export interface EngineProfile {
  readonly label: string;
  /** Beside its label where it is chosen. */
  readonly hint: string;
  /** A sentence or two for the help of that choice. */
  readonly help: string;
  /** Said where the engine is chosen. */
  readonly note?: string;
  /** Not for new sites. */
  readonly legacy?: true;
  /** Whether the pool lies on a logical volume that this program makes and counts. If not, the site names a storage class. */
  readonly ours: boolean;
  /** Whether its volumes come to a node by iSCSI. */
  readonly iscsi: boolean;
  /** Whether several nodes can mount one of its volumes at once; `by-class`: it depends on the class. */
  readonly readWriteMany: 'never' | 'by-class';
  /** Model of the disks by which its volumes show on a node. */
  readonly diskModel?: RegExp;
  /** What blkid finds on a volume that carries one of its pools. */
  readonly poolMark?: string;
  /** Addons of MicroK8s that it cannot stand beside. */
  readonly clashes: readonly string[];
  /** Which chart of the product's storage brings it; undefined: nothing is installed. */
  readonly chart?: Exclude<keyof Product['storage'], 'classes' | 'lvm'>;
  /** Bytes of volumes that a pool on so many raw bytes can really hold; 0 where the pool is not ours. */
  usable(rawBytes: number): number;
  /** Raw bytes, in whole GiB, that a pool needs for so many bytes of volumes. The inverse of `usable`. */
  raw(volumeBytes: number): number;
  /** Its pools in the cluster; undefined where it has none. */
  readonly pools?: (host: ReadOnlyHost, where: Where, asking: Asking) => Promise<Answer<PoolSeen[]>>;
  /** Copies of its volumes in the cluster; undefined where it has none of its own. */
  readonly copies?: (host: ReadOnlyHost, where: Where, asking: Asking) => Promise<Answer<CopySeen[]>>;
}
