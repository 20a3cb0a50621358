import { gibibyte, gigabytes } from '../../storage/bytes.ts';
import type { FileSystemSpace, ThinPoolUse } from '../../storage/fullness.ts';
import { kloudspot } from '../../text/command.ts';
import type { Observation } from '../observation.ts';
import type { PoolStatus } from '../report.ts';
import type { Reason } from './reason.ts';

/** MicroK8s' kubelet evicts pods below 1 GiB (--eviction-hard in args/kubelet); twice that is left to act in. */
const evictsSoon = 2 * gibibyte;
/** The kubelet deletes images that nothing uses from 85 % on: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
const deletesImages = 85;

/** dmeventd warns from 80 % on, the last time at 95 %; a full pool takes no writes: https://man7.org/linux/man-pages/man8/dmeventd.8.html */
const thinPool = { soon: 80, last: 95 } as const;

/** Percent of a storage pool before it takes no writes. */
const poolMargin = 10;

/**
 * What fills up and then stops something. A volume group without free space is not among them: its volumes have their whole size from the
 * start, and grow only where they are told to.
 */
export function aboutRoom({ machines, nodes = [] }: Observation, pools: readonly PoolStatus[]): Reason[] {
  const pressed = nodes.filter(({ diskPressure }) => diskPressure).map(({ name }) => name);
  return [
    ...pressed.map(
      (name): Reason => ({
        verdict: 'degraded',
        reason: `${name} has too little disk space (DiskPressure): Kubernetes evicts pods from it.`,
        next: look('/', name),
      }),
    ),
    ...machines.flatMap(({ node, fileSystems = [], thinPools = [] }) => [
      ...(pressed.includes(node) ? [] : fileSystems.flatMap((one) => aboutFileSystem(node, one))),
      ...thinPools.flatMap((one) => aboutThinPool(node, one)),
    ]),
    ...pools.flatMap(aboutPool),
  ];
}

/** What takes the space, largest last. */
const look = (path: string, node: string): string => `sudo du -xh --max-depth=3 ${path} | sort -h | tail, on ${node}`;

function aboutFileSystem(node: string, { path, size, free }: FileSystemSpace): Reason[] {
  if (size === 0) return [];
  const used = Math.floor(100 - (free / size) * 100);
  const next = look(path, node);
  if (free < evictsSoon) {
    const reason = `${path} of ${node} has ${gigabytes(free)} free: below 1 GB MicroK8s evicts pods.`;
    return [{ verdict: 'degraded', reason, next }];
  }
  if (used < deletesImages) return [];
  return [
    { verdict: 'note', reason: `${path} of ${node} is ${used} % full: the kubelet deletes unused images there.`, next },
  ];
}

function aboutThinPool(node: string, { pool: name, data, metadata }: ThinPoolUse): Reason[] {
  const most = Math.max(data, metadata);
  if (most < thinPool.soon) return [];
  const grow = metadata > data ? `--poolmetadatasize +1G ${name}` : `-L +10G ${name}`;
  return [
    {
      verdict: most < thinPool.last ? 'note' : 'degraded',
      reason: `Thin pool ${name} of ${node} is ${Math.floor(data)} % full (metadata ${Math.floor(metadata)} %): its volumes take no writes once it is full.`,
      next: `sudo lvextend ${grow}, on ${node}`,
    },
  ];
}

function aboutPool({ name, node, online, usedPercent = 0, readOnlyPercent = 100 }: PoolStatus): Reason[] {
  if (!online || usedPercent < readOnlyPercent - poolMargin) return [];
  const reason = `Storage pool ${name} of ${node} is ${usedPercent} % full: from ${readOnlyPercent} % on it takes no writes.`;
  return [{ verdict: 'note', reason, next: kloudspot('storage grow') }];
}
