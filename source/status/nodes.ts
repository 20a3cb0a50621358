import { podReady } from '../kubernetes/workloads.ts';
import type { DatastoreMember } from '../microk8s/status.ts';
import type { Site } from '../site/schema.ts';
import type { Observation, ObservedNode } from './observation.ts';
import type { DatastoreStatus, NodeStatus } from './report.ts';

/** The nodes that the site names, then those that only the cluster knows. */
export function nodeStatuses(site: Site, seen: Observation): NodeStatus[] {
  // A cluster that is there already: its nodes are its own affair, and the site names none.
  if (site.cluster.kubeconfig !== undefined)
    return (seen.nodes ?? []).map(({ name, role }) => ({ ...nodeStatus(name, role, true, seen), answers: true }));
  const named = site.nodes.map(({ name, role }) => nodeStatus(name, role, true, seen));
  const foreign = (seen.nodes ?? []).filter((node) => !site.nodes.some(({ name }) => name === node.name));
  return [...named, ...foreign.map(({ name, role }) => nodeStatus(name, role, false, seen))];
}

function nodeStatus(name: string, role: NodeStatus['role'], inSite: boolean, seen: Observation): NodeStatus {
  const known = seen.nodes?.find((node) => node.name === name);
  const member = known && seen.members?.find(({ address }) => isAddressOf(address, known));
  const pods = seen.pods?.filter(({ spec }) => spec.nodeName === name);
  const snap = seen.machines.find(({ node }) => node === name)?.snap;
  return {
    name,
    inSite,
    role,
    state: seen.nodes === undefined ? 'unknown' : !known ? 'absent' : known.ready ? 'ready' : 'lost',
    answers: seen.reached.some(({ node, answers }) => node === name && answers),
    since: known?.since,
    datastore: member?.role,
    holdsVirtualAddress: seen.addressHolder === name,
    schedulable: known?.schedulable ?? true,
    version: known?.version,
    snap:
      snap === undefined || snap === 'absent'
        ? undefined
        : { revision: snap.revision, channel: snap.tracking, held: snap.held },
    pods: pods && { ready: known?.ready ? pods.filter(podReady).length : 0, all: pods.length },
  };
}

/** A datastore of one listens on the loopback address. */
const isAddressOf = (address: string, node: ObservedNode): boolean =>
  address === node.address || address === '127.0.0.1';

/** Voters of nodes that the cluster hears from; the datastore needs more than half of all. */
export function datastoreStatus(members: readonly DatastoreMember[], nodes: readonly ObservedNode[]): DatastoreStatus {
  const voters = members.filter(({ role }) => role === 'voter');
  const lives = ({ address }: DatastoreMember) => nodes.some((node) => isAddressOf(address, node) && node.ready);
  const living = voters.filter(lives).length;
  const majority = Math.floor(voters.length / 2) + 1;
  return { voters: voters.length, living, survives: Math.max(0, living - majority) };
}
