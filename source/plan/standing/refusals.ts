import { exitCode, Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { kloudspot } from '../../text/command.ts';
import { listed } from '../../text/listed.ts';
import type { Departure } from './changes.ts';
import type { LocalVolume, StandingCluster } from './standing.ts';

/** Nodes that are to leave, and the cluster that they leave. */
export interface Leaving {
  readonly departures: readonly Departure[];
  readonly standing: StandingCluster;
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

/** Throws `Fault` (exit code 6) where a departure would cost the quorum, the only copy of data, or a node that lives and cannot be asked. */
export function refuseDepartures(leaving: Leaving): void {
  refuseUnreached(leaving);
  refuseLossOfQuorum(leaving);
  const gone = leaving.departures.filter(({ why }) => why !== 'role').map(({ node }) => node);
  refuseLastCopies(leaving.standing, new Set(gone), { forGood: true });
}

const refused = (what: string, where: string, why: string, next: readonly string[]): Fault =>
  new Fault({ what, where, why, unchanged: true, next, exitCode: exitCode.refused });

/**
 * Throws `Fault` (exit code 6) for members that no site of ours has named. That `site.yaml` does not name one asks for nothing: a
 * cluster that was made by hand has nodes that no one has written down yet, and one that is lost may only be switched off.
 */
export function refuseStrangers(strangers: readonly Departure[]): void {
  if (strangers.length === 0) return;
  const names = strangers.map(({ node }) => node);
  const [are, them] = names.length === 1 ? ['is a member', 'it'] : ['are members', 'them'];
  throw refused(
    `${listed(names)} ${are} of the cluster, and site.yaml does not name ${them}.`,
    names.join(', '),
    `No earlier run of this site named ${them} either: a node that was never in site.yaml is removed only by name.`,
    [
      ...strangers.map(toKeep),
      ...names.map((name) => `To take ${name} out of the cluster: ${kloudspot(`node remove ${name}`)}`),
    ],
  );
}

/** Taken out from outside it would go on as a member of a cluster that does not know it. */
function refuseUnreached({ departures, standing, facts }: Leaving): void {
  const living = departures.find(
    ({ node, alive }) => !alive && !facts.has(node) && standing.nodes.some(({ name, ready }) => name === node && ready),
  );
  if (living === undefined) return;
  throw refused(
    `${living.node} is to be removed and is ready in the cluster, but cannot be reached from here.`,
    living.node,
    'A running node has to leave the cluster itself: removed from outside, it would keep its volumes and write to them.',
    [
      ...(living.why === 'leaves' ? [toKeep(living)] : []),
      `Fix the access to ${living.node}, or switch the machine off and wait until the cluster reports it as lost.`,
    ],
  );
}

/** A member without a Node is known by its address alone. */
const toKeep = ({ node, address, role }: Departure): string =>
  node === address
    ? `To keep it, start MicroK8s on the machine at ${address}, which brings its node back, and name that in site.yaml under nodes.`
    : `To keep ${node}, name it in site.yaml under nodes, with the login of the others: name: ${node}, reach: ${address}, role: ${role}.`;

/** Steps through the departures in the order in which they happen: the dead first. */
function refuseLossOfQuorum({ departures, standing }: Leaving): void {
  let voters = standing.members
    .filter(({ role }) => role === 'voter')
    .map(({ address }) => ({ address, ready: isReady(address, standing) }));
  const others = standing.members.filter(({ role }) => role !== 'voter').length;
  const ordered = [...departures.filter(({ alive }) => !alive), ...departures.filter(({ alive }) => alive)];
  for (const { node, address, role } of ordered) {
    if (role !== 'manager' || !voters.some((voter) => voter.address === address)) continue;
    voters = voters.filter((voter) => voter.address !== address);
    const alive = voters.filter(({ ready }) => ready).length;
    if (voters.length > 0 && alive * 2 > voters.length) continue;
    if (voters.length === 0 && others > 0) continue;
    throw refused(
      `Without ${node} the datastore would lose its quorum.`,
      node,
      voters.length === 0
        ? 'It is the last member that votes: the datastore would have none left.'
        : `Of the ${voters.length} voting members that remain only ${alive} ${alive === 1 ? 'is' : 'are'} ready; more than half must be.`,
      ['Start the other managers first, or add a manager, then try again.', kloudspot('status')],
    );
  }
}

function isReady(address: string, { nodes }: StandingCluster): boolean {
  return nodes.find((node) => node.address === address)?.ready ?? nodes.every(({ ready }) => ready);
}

/** `data-kafka` of `data-kafka-2`: the volumes of one stateful set hold copies of the same data. */
const setOf = ({ namespace, claim }: LocalVolume): string => `${namespace}/${claim.replace(/-\d+$/, '')}`;

/** Throws `Fault` (exit code 6) where data could be used nowhere without these nodes. `forGood`: they do not come back. */
export function refuseLastCopies(
  standing: StandingCluster,
  gone: ReadonlySet<string>,
  { forGood }: { readonly forGood: boolean },
): void {
  refuseLastLocalCopy(standing, gone, forGood);
  refuseLastSharedCopy(standing, gone);
}

function refuseLastLocalCopy(standing: StandingCluster, gone: ReadonlySet<string>, forGood: boolean): void {
  const stays = ({ node, ready }: LocalVolume) =>
    !gone.has(node) && ready && standing.nodes.some(({ name, ready: lives }) => name === node && lives);
  const last = standing.locals.find(
    (volume) =>
      gone.has(volume.node) && !standing.locals.some((other) => setOf(other) === setOf(volume) && stays(other)),
  );
  if (last === undefined) return;
  const stopped = standing.locals.every(({ pod }) => pod === undefined);
  throw refused(
    `${last.node} holds the only copy of ${last.claim} that can be used.`,
    last.node,
    `The volume is on this node alone, and ${stopped ? 'no service with a volume of its own runs: the product is stopped' : 'no other instance of its service is ready on a node that stays'}.`,
    [
      stopped
        ? `${kloudspot('start')}  starts the product again.`
        : `Bring the other instances back first: ${kloudspot('status')}  shows them.`,
      ...(forGood
        ? [
            `Or save the data, then remove the volume: sudo microk8s kubectl delete pvc ${last.claim} -n ${last.namespace}`,
          ]
        : []),
    ],
  );
}

function refuseLastSharedCopy(standing: StandingCluster, gone: ReadonlySet<string>): void {
  const poolsGone = standing.pools.filter(({ node }) => gone.has(node)).map(({ name }) => name);
  const last = standing.copies.find(
    ({ volume, pool }) =>
      poolsGone.includes(pool) &&
      !standing.copies.some((other) => other.volume === volume && !poolsGone.includes(other.pool) && other.healthy),
  );
  if (last === undefined) return;
  const node = standing.pools.find(({ name }) => name === last.pool)?.node ?? last.pool;
  throw refused(
    `The pool of ${node} holds the only healthy copy of shared volume ${last.volume}.`,
    node,
    'Its other copies are on pools that leave too, are still being rebuilt, or are not online.',
    ['Wait until the other copies are healthy, then try again.', kloudspot('status')],
  );
}
