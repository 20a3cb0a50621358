import type { Cluster } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import { between } from '../model/random.ts';
import { at, machineSeen, type State } from '../model/state.ts';
import { argumentLines, argumentOf, resetArguments, setArguments, writeArguments } from '../node/arguments.ts';
import { apiCertificateEnded } from '../node/certificates.ts';
import { removePath, writePath } from '../node/file-system.ts';
import { sourceAddress } from '../node/reach.ts';
import { isReachable, isRunning, isStopped, locks, tokenFile } from '../node/services.ts';
import { foundCluster } from './bootstrap.ts';
import { internalAddress } from './schemas.ts';
import { find, remove } from './store.ts';

/** ms until a joiner's services answer, and until the datastore has taken it in. */
const servicesMs = 9_000;
const datastoreMs = [13_000, 27_000] as const;
/** ms that the first join takes the seed's API away: its datastore moves to another address. */
const outageMs = 5_000;
/** ms after which the datastore has rewritten the list of members that the agent reads (go-dqlite app/app.go). */
const listMs = 30_000;

export function clusterOf(state: State, machine: Machine): Cluster | undefined {
  return machine.microk8s === undefined ? undefined : state.clusters[machine.microk8s.cluster];
}

/** The cluster of a machine that is known to have one. */
export function needed(cluster: Cluster | undefined): Cluster {
  if (cluster === undefined) throw new Error('The cluster is gone.');
  return cluster;
}

/** Whether enough voters are there for the API to answer. */
export function hasQuorum(state: State, cluster: Cluster, now: number): boolean {
  const voters = cluster.members.filter((member) => member.role === 'voter');
  return voters.filter((member) => datastoreRuns(state, cluster, member.machine, now)).length * 2 > voters.length;
}

/** Whether the machine's part of the datastore runs. It does so also where a join has not started the rest of MicroK8s yet. */
export function datastoreRuns(state: State, cluster: Cluster, id: string, now: number): boolean {
  const machine = machineSeen(state, id);
  const { microk8s } = machine;
  if (microk8s?.cluster !== cluster.id || !isReachable(machine) || isStopped(machine)) return false;
  if (isAstray(cluster, id)) return false;
  return now >= microk8s.upSince || microk8s.upSince === stoppedUntilStarted;
}

const isAstray = ({ members }: Cluster, id: string): boolean =>
  members.some(({ machine, astray }) => machine === id && astray === true);

/** Whether kubectl on this machine gets an answer that it trusts. */
export function apiAnswers(state: State, machine: Machine, now: number): boolean {
  const cluster = clusterOf(state, machine);
  return cluster !== undefined && reachesApi(state, machine, now) && hasQuorum(state, cluster, now);
}

/** Whether what runs on the machine trusts an API server: its own, or for a worker any manager's, through its proxy. */
export function reachesApi(state: State, machine: Machine, now: number): boolean {
  const cluster = clusterOf(state, machine);
  if (!isRunning(machine, now) || (cluster && isAstray(cluster, machine.id))) return false;
  return machine.microk8s?.worker === true
    ? hasTrustedApi(state, machine.microk8s.cluster, now)
    : !apiCertificateEnded(machine, now);
}

/** Whether the certificate of some manager's API server holds: where none does, the controllers are shut out too. */
export const hasTrustedApi = (state: State, cluster: string, now: number): boolean =>
  state.machines.some(
    (machine) =>
      machine.microk8s?.cluster === cluster && !machine.microk8s.worker && !apiCertificateEnded(machine, now),
  );

/** Whether the datastore of this machine answers. It runs also where the rest of MicroK8s is stopped in the middle of a join. */
export function datastoreAnswers(state: State, machine: Machine, now: number): boolean {
  const cluster = clusterOf(state, machine);
  if (cluster === undefined || machine.power !== 'on' || isStopped(machine)) return false;
  return hasQuorum(state, cluster, now) && belongs(cluster, machine);
}

/** The seed's agent lets a node in: its datastore moves to the contacted address, and it counts as a member from then on. */
export function welcome(state: State, seed: Machine, contacted: string): void {
  const cluster = clusterOf(state, seed);
  for (const member of cluster?.members ?? []) {
    if (!member.address.startsWith('127.0.0.1:')) continue;
    member.address = `${contacted}:19001`;
    if (seed.microk8s !== undefined) seed.microk8s.upSince = state.time + outageMs;
  }
  writePath(seed, locks.member, '');
}

/** The joiner's own cluster is gone; its datastore starts as part of the other, its kubelet stays stopped until the join starts it. */
export function joinDatastore(state: State, joiner: Machine, seed: Machine, contacted: string): void {
  const cluster = enter(state, joiner, seed, { contacted, worker: false, upSince: stoppedUntilStarted });
  if (cluster === undefined) return;
  const ms = between(`member/${joiner.id}/${cluster.resourceVersion}`, ...datastoreMs);
  const address = sourceAddress(joiner, contacted) ?? '';
  at(state, state.time + ms, { kind: 'member', machine: joiner.id, cluster: cluster.id, address });
}

/** The join starts the kubelet: from now on the node registers itself. */
export function startNode(state: State, joiner: Machine): void {
  if (joiner.microk8s !== undefined) joiner.microk8s.upSince = state.time + servicesMs;
}

export function becomeWorker(state: State, joiner: Machine, seed: Machine, contacted: string): void {
  enter(state, joiner, seed, { contacted, worker: true, upSince: state.time + servicesMs });
  for (const path of [locks.worker, locks.noDatastore]) writePath(joiner, path, '');
  removePath(joiner, locks.proxy);
}

/** ms since 1970 that never come: services that someone has to start. */
const stoppedUntilStarted = Number.MAX_SAFE_INTEGER;

interface Entry {
  /** Address of the seed that the join speaks to. */
  readonly contacted: string;
  readonly worker: boolean;
  readonly upSince: number;
}

function enter(
  state: State,
  joiner: Machine,
  seed: Machine,
  { contacted, worker, upSince }: Entry,
): Cluster | undefined {
  const cluster = clusterOf(state, seed);
  if (cluster === undefined || joiner.microk8s === undefined) return undefined;
  const former = joiner.microk8s.cluster;
  const own = ['server', 'front-proxy-client', 'kubelet'].map((name) => [name, state.time]);
  const certificates = { ...seed.microk8s?.certificates, ...Object.fromEntries(own) };
  const nodeName = joiner.hostname.toLowerCase();
  joiner.microk8s = { cluster: cluster.id, worker, nodeName, upSince, launchedAt: 0, certificates };
  if (former !== cluster.id) delete state.clusters[former];
  takeArguments(joiner, seed, contacted);
  return cluster;
}

/** The kubelet's arguments are those of the node that was contacted; only the address becomes the joiner's own, where one is set. */
function takeArguments(joiner: Machine, seed: Machine, contacted: string): void {
  writeArguments(joiner, 'kubelet', argumentLines(seed, 'kubelet'));
  if (argumentOf(seed, 'kubelet', '--node-ip') !== undefined)
    setArguments(joiner, 'kubelet', { '--node-ip': sourceAddress(joiner, contacted) ?? '' });
  setArguments(joiner, 'kubelet', { '--hostname-override': null });
  setArguments(joiner, 'kube-proxy', { '--cluster-cidr': argumentOf(seed, 'kube-proxy', '--cluster-cidr') ?? null });
  setArguments(joiner, 'kube-apiserver', {
    '--authorization-mode': argumentOf(seed, 'kube-apiserver', '--authorization-mode') ?? null,
  });
}

/** Addresses that the agent takes for members: it reads a list that the datastore rewrites every 30 s only. */
export function rememberedMembers(cluster: Cluster, now: number): string[] {
  const removed = Object.entries(cluster.removed ?? {}).filter(([, at]) => now < at + listMs);
  return [...new Set([...cluster.members.map(({ address }) => address), ...removed.map(([address]) => address)])];
}

/** A member knows those that were there when it joined; those that came later it writes down at its next look. */
export function listedBy(cluster: Cluster, machine: Machine, now: number): string[] {
  const own = cluster.members.find((member) => member.machine === machine.id);
  if (own?.astray) return [own.address];
  const unknown = cluster.members.filter(({ joined = 0 }) => joined > (own?.joined ?? 0) && now < joined + listMs);
  return rememberedMembers(cluster, now).filter((address) => !unknown.some((member) => member.address === address));
}

/** The list that the agent reads, as a file of a manager; undefined where no datastore runs. */
export function membersFile(state: State, machine: Machine, now: number): string | undefined {
  const cluster = machine.microk8s?.worker ? undefined : clusterOf(state, machine);
  return (
    cluster &&
    listedBy(cluster, machine, now)
      .map((address) => `- Address: ${address}\n  Role: 0\n`)
      .join('')
  );
}

/** What a manager keeps of its own membership, as a file. */
export function ownMemberFile(state: State, machine: Machine): string | undefined {
  const own = clusterOf(state, machine)?.members.find((member) => member.machine === machine.id);
  return own && `Address: ${own.address}\nID: ${own.id}\nRole: 0\n`;
}

/** Whether a machine still belongs: a manager that was removed from the datastore has no store to start from. */
export function belongs(cluster: Cluster, machine: Machine): boolean {
  return machine.microk8s?.worker === true || cluster.members.some((member) => member.machine === machine.id);
}

/** The machine goes back to a cluster of its own; the other knows it as a lost node until it is removed there. */
export function leaveCluster(state: State, machine: Machine): void {
  const cluster = clusterOf(state, machine);
  if (cluster === undefined || machine.microk8s === undefined) return;
  const { version } = cluster;
  const own = cluster.members.find((member) => member.machine === machine.id);
  if (own !== undefined) removeMember(state, cluster, own.address.replace(/:\d+$/, ''));
  if (machine.microk8s.worker) resetArguments(machine, ['kubelet', 'kube-proxy']);
  for (const path of [locks.member, locks.worker, locks.noDatastore, locks.joining]) removePath(machine, path);
  writePath(machine, tokenFile, '');
  foundCluster(state, machine, version);
  // The addons of the launch configuration are not applied again.
  machine.microk8s.launchedAt = 0;
  if (cluster.members.length === 0) delete state.clusters[cluster.id];
}

/** MicroK8s was removed from the machine without leaving its cluster. */
export function forgetMachine(state: State, id: string, machine: Machine): void {
  const cluster = state.clusters[id];
  if (cluster?.members.every((member) => member.machine === machine.id)) delete state.clusters[id];
}

/** Deletes a Node, if there is one of that name. */
export function deleteNode(cluster: Cluster, name: string): void {
  const node = find(cluster, 'Node', undefined, name);
  if (node !== undefined) remove(cluster, node);
}

/** Takes a member out of the datastore, by its address without the port. */
export function removeMember(state: State, cluster: Cluster, ip: string): void {
  const address = `${ip}:19001`;
  if (!cluster.members.some((member) => member.address === address)) return;
  cluster.members = cluster.members.filter((member) => member.address !== address);
  cluster.removed = { ...cluster.removed, [address]: state.time };
}

export function nodeAddress(cluster: Cluster, name: string): string | undefined {
  const node = find(cluster, 'Node', undefined, name);
  return node && internalAddress(node);
}
