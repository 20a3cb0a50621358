import type { Answer } from '../../host/answer.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../../microk8s/status.ts';
import { look } from '../execution/carry-out.ts';
import { minutes } from '../execution/define.ts';
import { told } from '../execution/told.ts';
import type { LookContext, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** A node that is joined to the cluster of the seed, by name and by its IPv4 address in the cluster's network. */
export interface Joining {
  readonly node: string;
  readonly address: string;
  readonly seed: string;
}

/** What the seed knows of a node: its Node object, and its membership in the datastore, which may be there without each other. */
export interface KnownToSeed {
  readonly node: { readonly ready: boolean; readonly address: string } | undefined;
  readonly member: { readonly role: string } | undefined;
  /** Roles and readiness of all members, the node itself left out. */
  readonly others: readonly { readonly role: string; readonly ready: boolean }[];
}

/** What the seed knows, once it answers. Throws `StepFault` where it does not. */
export const knownToSeed = (context: StepContext, p: Joining): Promise<KnownToSeed> =>
  told(context, p.seed, 'its nodes and members', () => seedTells(context, p));

/** Asks the seed's API for Nodes and its status for members. */
export async function seedTells(context: LookContext, p: Joining): Promise<Answer<KnownToSeed>> {
  const answer = await readList(await context.look(p.seed), 'nodes', {}, nodeObject, { signal: context.signal });
  if (!answer.answered) return answer;
  const status = parseMicroK8sStatus(await look(context, p.seed, microk8s.status(), minutes(2)));
  if (status.state !== 'running') return { answered: false, said: `MicroK8s is ${status.state}` };
  const nodes = answer.value.map(clusterNode);
  // A member whose address no Node has (two networks) counts as ready while every Node is.
  const ready = (at: string) => nodes.find(({ address }) => address === at)?.ready ?? nodes.every((each) => each.ready);
  const value = {
    node: nodes.find(({ name }) => name === p.node),
    member: status.members.find(({ address }) => address === p.address),
    others: status.members
      .filter(({ address }) => address !== p.address)
      .map(({ address, role }) => ({ role, ready: ready(address) })),
  };
  return { answered: true, value };
}

/** What the node itself says, by the files that MicroK8s keeps. */
export interface OwnMarks {
  readonly member: boolean;
  readonly worker: boolean;
  readonly joining: boolean;
  readonly stopped: boolean;
}

export async function ownMarks(context: LookContext, node: string): Promise<OwnMarks> {
  const host = await context.look(node);
  const there = async (path: string) => (await host.readFile(path)) !== undefined;
  const [member, worker, joining, stopped] = await Promise.all([
    there(microk8sFiles.member),
    there(microk8sFiles.worker),
    there(microk8sFiles.joining),
    there(microk8sFiles.stopped),
  ]);
  return { member, worker, joining, stopped };
}

/**
 * Waits until the seed's agent has forgotten a removed member. The agent reads `cluster.yaml`, which the datastore rewrites
 * every 30 s (go-dqlite app/app.go); until then it refuses the address as "already known to dqlite".
 */
export function untilForgotten(context: StepContext, p: Joining): Promise<void> {
  return context.until({
    for: `${p.seed} to forget the former membership of ${p.node}`,
    deadline: minutes(2),
    every: 3_000,
    probe: async () => {
      const known = await (await context.look(p.seed)).readFile(microk8sFiles.members);
      const ok = !(known ?? '').includes(`${p.address}:`);
      return { ok, observed: ok ? 'forgotten' : `${p.address} is still in its list of members` };
    },
    next: [`sudo microk8s status on ${p.seed} lists the members`],
  });
}

/** Refuses to take a voter away where the voters that remain would have no majority alive. */
export function refuseLossOfQuorum(p: Joining, known: KnownToSeed): void {
  if (known.member?.role !== 'voter') return;
  const voters = known.others.filter(({ role }) => role === 'voter');
  const alive = voters.filter(({ ready }) => ready).length;
  if (alive * 2 > voters.length) return;
  throw new StepFault({
    tried: `remove ${p.node} from the datastore`,
    seen: `only ${alive} of the ${voters.length} voting members that would remain are ready: the cluster would lose its quorum`,
    next: ['Start the other managers first, then run it again.', `sudo microk8s status on ${p.seed} lists the members`],
  });
}
