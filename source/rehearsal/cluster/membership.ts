import type { Cluster } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import { between } from '../model/random.ts';
import { at, machineOf, type State } from '../model/state.ts';
import { removePath, writePath } from '../node/file-system.ts';
import { mainAddress } from '../node/reach.ts';
import { isRunning, locks, tokenFile } from '../node/services.ts';
import { foundCluster } from './bootstrap.ts';
import { find, remove } from './store.ts';

/** ms until a joiner's services answer, until the datastore has taken it in, and until its leader looks at the roles. */
const servicesMs = 9_000;
const datastoreMs = [13_000, 27_000] as const;
const rolesMs = 11_000;
/** ms that the first join takes the seed's API away: its datastore moves to another address. */
const outageMs = 5_000;

export function clusterOf(state: State, machine: Machine): Cluster | undefined {
  return machine.microk8s === undefined ? undefined : state.clusters[machine.microk8s.cluster];
}

/** Whether the machine serves this cluster now. */
export function serves(state: State, cluster: Cluster, id: string, now: number): boolean {
  const machine = machineOf(state, id);
  return machine.microk8s?.cluster === cluster.id && isRunning(machine, now);
}

/** Whether enough voters are there for the API to answer. */
export function hasQuorum(state: State, cluster: Cluster, now: number): boolean {
  const voters = cluster.members.filter((member) => member.role === 'voter');
  return voters.filter((member) => serves(state, cluster, member.machine, now)).length * 2 > voters.length;
}

/** Whether kubectl on this machine gets an answer. Workers reach any manager through their proxy. */
export function apiAnswers(state: State, machine: Machine, now: number): boolean {
  const cluster = clusterOf(state, machine);
  return cluster !== undefined && isRunning(machine, now) && hasQuorum(state, cluster, now);
}

/** A manager has let the machine in: its own cluster is gone, its services start anew as part of the other. */
export function admit(state: State, joiner: Machine, seed: Machine, contacted: string, worker: boolean): void {
  const cluster = clusterOf(state, seed);
  if (cluster === undefined || joiner.microk8s === undefined) return;
  const former = joiner.microk8s.cluster;
  for (const member of cluster.members) {
    if (!member.address.startsWith('127.0.0.1:')) continue;
    member.address = `${contacted}:19001`;
    if (seed.microk8s !== undefined) seed.microk8s.upSince = state.time + outageMs;
  }
  writePath(seed, locks.member, '');
  joiner.microk8s = {
    cluster: cluster.id,
    worker,
    nodeName: joiner.hostname.toLowerCase(),
    upSince: state.time + servicesMs,
    launchedAt: 0,
  };
  writePath(joiner, locks.member, '');
  if (worker) {
    for (const path of [locks.worker, locks.noDatastore]) writePath(joiner, path, '');
    removePath(joiner, locks.highAvailability);
  }
  if (former !== cluster.id) delete state.clusters[former];
  const ms = between(`member/${joiner.id}/${cluster.resourceVersion}`, ...datastoreMs);
  at(state, state.time + ms, { kind: 'member', machine: joiner.id, cluster: cluster.id, worker });
}

/** The datastore has taken the joiner in. One that died meanwhile stays outside. */
export function becomeMember(state: State, machine: Machine, id: string, worker: boolean): void {
  const cluster = state.clusters[id];
  const address = mainAddress(machine);
  if (cluster === undefined || worker || machine.microk8s?.cluster !== id || machine.power !== 'on') return;
  if (address === undefined || cluster.members.some((member) => member.machine === machine.id)) return;
  cluster.members.push({ machine: machine.id, address: `${address}:19001`, role: 'spare' });
  cluster.rolesAt = state.time + rolesMs;
}

/** The machine goes back to a cluster of its own; the other knows it as a lost node until it is removed there. */
export function leaveCluster(state: State, machine: Machine): void {
  const cluster = clusterOf(state, machine);
  if (cluster === undefined || machine.microk8s === undefined) return;
  const { version } = cluster;
  cluster.members = cluster.members.filter((member) => member.machine !== machine.id);
  cluster.rolesAt = state.time + rolesMs;
  for (const path of [locks.member, locks.worker, locks.noDatastore, locks.joining]) removePath(machine, path);
  writePath(machine, tokenFile, '');
  foundCluster(state, machine, version);
  // The addons of the launch configuration are not applied again.
  machine.microk8s.launchedAt = 0;
  if (cluster.members.length === 0) delete state.clusters[cluster.id];
}

/** MicroK8s was removed from the machine without a word to its cluster. */
export function forgetMachine(state: State, id: string, machine: Machine): void {
  const cluster = state.clusters[id];
  if (cluster?.members.every((member) => member.machine === machine.id)) delete state.clusters[id];
}

/** Takes a node out of Kubernetes, and by force out of the datastore too. */
export function expel(state: State, cluster: Cluster, name: string, force: boolean): void {
  const node = find(cluster, 'Node', undefined, name);
  if (node !== undefined) remove(cluster, node);
  if (!force) return;
  cluster.members = cluster.members.filter((member) => !isOf(state, cluster, member.machine, member.address, name));
  cluster.rolesAt = state.time + rolesMs;
}

/** Whether a member of the datastore is the node of that name or address. */
export function isOf(state: State, cluster: Cluster, machineId: string, address: string, name: string): boolean {
  const machine = machineOf(state, machineId);
  const ip = address.replace(/:\d+$/, '');
  return ip === name || machine.hostname.toLowerCase() === name || nodeAddress(cluster, name) === ip;
}

export function nodeAddress(cluster: Cluster, name: string): string | undefined {
  const node = find(cluster, 'Node', undefined, name);
  const addresses = node?.metadata.annotations?.['projectcalico.org/IPv4Address'];
  return addresses?.split('/')[0];
}

/** The leader's look at the roles: three voters of those that are there, then up to three that stand by. */
export function settleRoles(state: State, cluster: Cluster, now: number): void {
  delete cluster.rolesAt;
  if (!hasQuorum(state, cluster, now)) return;
  const alive = (id: string) => serves(state, cluster, id, now);
  const living = cluster.members.filter((member) => alive(member.machine));
  const wanted =
    living.length >= 3
      ? 3
      : cluster.members.some((member) => member.role === 'voter' && !alive(member.machine))
        ? 3
        : 1;
  for (const member of living) {
    const voters = cluster.members.filter((other) => other.role === 'voter' && alive(other.machine)).length;
    if (member.role !== 'voter' && voters < wanted) {
      const dead = cluster.members.find((other) => other.role === 'voter' && !alive(other.machine));
      if (dead !== undefined) dead.role = 'spare';
      member.role = 'voter';
    } else if (
      member.role === 'spare' &&
      cluster.members.filter((other) => other.role === 'standby').length < 3 &&
      living.length > 3
    ) {
      member.role = 'standby';
    }
  }
}
