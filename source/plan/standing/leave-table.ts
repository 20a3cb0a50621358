import { type EngineName, sharedEngine } from '../../storage/engines/engines.ts';
import type { Departure } from './changes.ts';

/**
 * One part of a node's departure. `drain`: what can move moves, and nothing new comes. `pool`: its copies of shared volumes are
 * on other pools, and its pool goes. `volumes`: volumes that lie on it are made again on another node. `member`: it leaves the
 * datastore and the cluster.
 */
export type LeavePart = 'drain' | 'pool' | 'volumes' | 'member';

/**
 * The parts of a departure, in order. A pool that lives goes before the drain, which would end its manager; volumes are given up
 * while their driver still runs. A dead member goes before its volumes: it counts for the quorum, and Kubernetes frees its pods only then.
 */
const leaveTable: Readonly<Record<'alive' | 'dead', readonly LeavePart[]>> = {
  alive: ['pool', 'drain', 'volumes', 'member'],
  dead: ['member', 'pool', 'volumes'],
};

/** Parts of one departure. A node that joins again under its name with its disks keeps the volumes on them. */
export function leaveParts({ alive, why }: Departure, engine: EngineName): readonly LeavePart[] {
  const parts = leaveTable[alive ? 'alive' : 'dead'].filter((part) => part !== 'pool' || sharedEngine(engine).ours);
  return why === 'role' ? parts.filter((part) => part === 'drain' || part === 'member') : parts;
}
