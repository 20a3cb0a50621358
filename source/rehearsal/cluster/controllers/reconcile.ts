import type { Cluster } from '../../model/cluster.ts';
import type { State } from '../../model/state.ts';
import { hasQuorum, hasTrustedApi } from '../membership.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { settleRoles } from '../settle-roles.ts';
import { reconcileAdmission } from './admission.ts';
import { reconcileApis } from './apis.ts';
import { reconcileBlockDevices } from './block-devices.ts';
import { reconcileClaims } from './claims.ts';
import { reconcileCopies } from './copies.ts';
import { reconcileLaunch } from './launch.ts';
import { reconcileNodes } from './nodes.ts';
import { reconcileOrphans } from './orphans.ts';
import { reconcilePods } from './pods.ts';
import { reconcilePools } from './pools.ts';
import { reconcileServices } from './services.ts';
import { reconcileWorkloads } from './workloads.ts';

/** When nothing is to come: far away, and still a number that JSON can hold. */
export const never = Number.MAX_SAFE_INTEGER;

/**
 * One round of all controllers of a cluster at one time. They look at what is there, not at what happened, so that a round
 * more or less changes nothing. Returns the time of the next one.
 */
export function reconcile(state: State, cluster: Cluster, now: number): number {
  let next = never;
  const context: ReconcileContext = {
    state,
    cluster,
    now,
    wake: (time) => {
      if (time > now) next = Math.min(next, time);
    },
  };
  for (const machine of state.machines) {
    if (machine.microk8s?.cluster === cluster.id) context.wake(machine.microk8s.upSince);
  }
  // Without a quorum nothing is written, so nothing moves.
  if (!hasQuorum(state, cluster, now)) {
    delete cluster.rolesAt;
    return next;
  }
  settleRoles(state, cluster, now);
  if (cluster.rolesAt !== undefined) context.wake(cluster.rolesAt);
  if (!hasTrustedApi(state, cluster.id, now)) return next;
  const before = cluster.resourceVersion;
  reconcileLaunch(context);
  reconcileNodes(context);
  reconcileWorkloads(context);
  reconcileOrphans(context);
  reconcileClaims(context);
  reconcilePods(context);
  reconcileServices(context);
  reconcileApis(context);
  reconcileAdmission(context);
  reconcileBlockDevices(context);
  reconcilePools(context);
  reconcileCopies(context);
  // What one of them changed may concern another: again at once, until a round changes nothing.
  return cluster.resourceVersion === before ? next : now;
}
