import { microk8sFiles } from '../../microk8s/node.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import { between, nextHex } from '../model/random.ts';
import { machineSeen, type State } from '../model/state.ts';
import { clusterOf, datastoreRuns, hasQuorum, listedBy } from './membership.ts';
import { type RoleChange, rolesAdjusted, rolesAssumed, rolesHandedOver, type SeenMember } from './roles.ts';

/** ms until the leader looks at the members, which it does every 30 s (go-dqlite app/options.go; seen after 11 to 24 s). */
const lookMs = [2_000, 30_000] as const;

/** The leader of a cluster with a quorum changes roles at its next look, where there is something to change. */
export function settleRoles(state: State, cluster: Cluster, now: number): void {
  const changes = wantedChanges(state, cluster, now);
  if (changes.length === 0) delete cluster.rolesAt;
  else cluster.rolesAt ??= now + between(`roles/${cluster.id}/${now}`, ...lookMs);
  if (cluster.rolesAt === undefined || cluster.rolesAt > now) return;
  delete cluster.rolesAt;
  change(cluster, changes);
}

/** The datastore has taken the joiner in, which takes the role that is missing. One that died meanwhile stays outside. */
export function becomeMember(state: State, machine: Machine, id: string, ip: string): void {
  const cluster = state.clusters[id];
  if (cluster === undefined || machine.microk8s?.cluster !== id || machine.power !== 'on') return;
  if (ip === '' || cluster.members.some((member) => member.machine === machine.id)) return;
  const own = BigInt(`0x${nextHex(state, 15)}`).toString();
  const address = `${ip}:19001`;
  cluster.members.push({ machine: machine.id, address, role: 'spare', id: own, joined: state.time });
  if (hasQuorum(state, cluster, state.time))
    change(cluster, rolesAssumed(seenMembers(state, cluster, state.time), address));
}

/** The datastore of a machine stops as it was asked to, which hands its role over first. Nothing is handed over where the power fails. */
export function handOverRole(state: State, machine: Machine): void {
  const cluster = clusterOf(state, machine);
  const own = cluster?.members.find((member) => member.machine === machine.id);
  if (cluster === undefined || own === undefined || !hasQuorum(state, cluster, state.time)) return;
  const handed = rolesHandedOver(seenMembers(state, cluster, state.time), own.address);
  change(cluster, handed);
  // Seen on real dqlite: it starts again with its list of members, which names itself alone.
  if (handed.length > 0 && listedBy(cluster, machine, state.time).length === 1) own.astray = true;
}

function wantedChanges(state: State, cluster: Cluster, now: number): readonly RoleChange[] {
  const seen = seenMembers(state, cluster, now);
  const leader = seen.find(({ online, role }) => online && role === 'voter');
  return leader === undefined ? [] : rolesAdjusted(seen, leader.address);
}

function seenMembers(state: State, cluster: Cluster, now: number): SeenMember[] {
  return cluster.members.map(({ address, role, machine }) => ({
    address,
    role,
    online: datastoreRuns(state, cluster, machine, now),
    domain: Number(machineSeen(state, machine).files[microk8sFiles.failureDomain]?.content ?? 1),
  }));
}

function change(cluster: Cluster, changes: readonly RoleChange[]): void {
  for (const { address, role } of changes) {
    const member = cluster.members.find((each) => each.address === address);
    if (member !== undefined) member.role = role;
  }
}
