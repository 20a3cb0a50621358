import type { NodeFacts } from '../../facts/facts.ts';
import type { Site } from '../../site/schema.ts';
import type { StandingCluster, StandingNode } from './standing.ts';

/** What a node of a cluster is. */
export type Role = 'manager' | 'worker';

/** A node that has to leave the cluster. */
export interface Departure {
  readonly node: string;
  /** Of the datastore's member, an IPv4 literal. */
  readonly address: string;
  /** What it is now. */
  readonly role: Role;
  /** It was reached and takes itself for a member: it can leave by itself. */
  readonly alive: boolean;
  /** `leaves`: the site does not name it. `role`: it joins again in another one. `reinstalled`: its machine is empty and joins again. */
  readonly why: 'leaves' | 'role' | 'reinstalled';
  /** What it joins again as. */
  readonly becomes: Role | undefined;
}

/** What a site wants, and what its cluster is. */
export interface ChangesInput {
  readonly site: Pick<Site, 'nodes'>;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly standing: StandingCluster;
}

/** Nodes that leave, by what the cluster has and the site wants. Nodes that only join are none of them. */
export function departures({ site, facts, standing }: ChangesInput): Departure[] {
  const alone = standing.nodes.length === 1;
  const known = standing.nodes.flatMap((node) => {
    const wanted = site.nodes.find(({ name }) => name === node.name);
    const member = facts.get(node.name)?.microk8s?.joined ?? false;
    const why = alone ? undefined : whyLeaves(node, wanted?.role, facts.has(node.name), member);
    return why === undefined ? [] : [departure(node, why, member, why === 'leaves' ? undefined : wanted?.role)];
  });
  return [...known, ...orphans(standing, livingAddresses(site, facts))];
}

/** Those that would leave because the site does not name them, and that no site of an earlier run named either. */
export const strangersAmong = (leaving: readonly Departure[], { named }: StandingCluster): Departure[] =>
  leaving.filter(({ node, why }) => why === 'leaves' && !named.has(node));

function whyLeaves(
  { role }: StandingNode,
  wanted: Role | undefined,
  reached: boolean,
  member: boolean,
): Departure['why'] | undefined {
  if (wanted === undefined) return 'leaves';
  if (reached && !member) return 'reinstalled';
  return wanted === role ? undefined : 'role';
}

const departure = (
  { name, address, role }: StandingNode,
  why: Departure['why'],
  member: boolean,
  becomes: Role | undefined,
): Departure => ({ node: name, address, role, alive: member && why !== 'reinstalled', why, becomes });

/** Every address of the site's machines that take themselves for members. */
function livingAddresses(site: ChangesInput['site'], facts: ChangesInput['facts']): ReadonlySet<string> {
  const machines = site.nodes.map(({ name }) => facts.get(name)).filter((machine) => machine?.microk8s?.joined);
  const interfaces = machines.flatMap((machine) => machine?.network?.interfaces ?? []);
  return new Set(interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
}

/**
 * Members of the datastore that no Node stands for, known by their address alone. Only where every manager is found among the
 * members: on machines with two networks a living member may have another address than its Node. A machine of the site that still
 * takes itself for a member is not among them: its join brings its Node back.
 */
function orphans({ nodes, members }: StandingCluster, living: ReadonlySet<string>): Departure[] {
  const managers = nodes.filter(({ role }) => role === 'manager').map(({ address }) => address);
  const addresses = members.map(({ address }) => address);
  if (managers.length < 2 || !managers.every((address) => addresses.includes(address))) return [];
  return addresses
    .filter((address) => !managers.includes(address) && !living.has(address))
    .map((address) => ({ node: address, address, role: 'manager', alive: false, why: 'leaves', becomes: undefined }));
}
