import type { Site } from '../../site/schema.ts';
import type { Departure, Role } from './changes.ts';

/** A name that `storage.shared.engine` takes. */
export type Engine = Site['storage']['shared']['engine'];

/**
 * One part of a node's departure. `drain`: what can move moves, and nothing new comes. `pool`: its copies of shared volumes are
 * on other pools, and its pool goes. `volumes`: volumes that lie on it are made again on another node. `member`: it leaves the
 * datastore and the cluster.
 */
export type LeavePart = 'drain' | 'pool' | 'volumes' | 'member';

/**
 * Role × alive or dead × engine → the parts, in order. A pool that lives goes before the drain, which would end its manager; volumes
 * are given up while their driver still runs. A dead member goes before its volumes: it counts for the quorum, and Kubernetes frees its pods only then.
 */
const leaveTable: Readonly<
  Record<Role, Readonly<Record<'alive' | 'dead', Readonly<Record<Engine, readonly LeavePart[]>>>>>
> = {
  manager: {
    alive: { cstor: ['pool', 'drain', 'volumes', 'member'], existing: ['drain', 'volumes', 'member'] },
    dead: { cstor: ['member', 'pool', 'volumes'], existing: ['member', 'volumes'] },
  },
  worker: {
    alive: { cstor: ['pool', 'drain', 'volumes', 'member'], existing: ['drain', 'volumes', 'member'] },
    dead: { cstor: ['member', 'pool', 'volumes'], existing: ['member', 'volumes'] },
  },
};

/** Parts of one departure. A node that joins again under its name with its disks keeps the volumes on them. */
export function leaveParts({ role, alive, why }: Departure, engine: Engine): readonly LeavePart[] {
  const parts = leaveTable[role][alive ? 'alive' : 'dead'][engine];
  return why === 'role' ? parts.filter((part) => part === 'drain' || part === 'member') : parts;
}
