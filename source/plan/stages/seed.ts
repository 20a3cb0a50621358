import { exitCode, Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import type { Site, SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import type { Departure } from '../standing/changes.ts';
import type { StandingCluster } from '../standing/standing.ts';

/**
 * The manager that the others join and that the cluster is asked and changed through: one that is in a cluster already,
 * else one that has MicroK8s, else the first.
 */
export function seedOf(site: Site, facts: ReadonlyMap<string, NodeFacts>): SiteNode {
  const managers = site.nodes.filter(({ role }) => role === 'manager');
  const of = (node: SiteNode) => facts.get(node.name)?.microk8s;
  const seed =
    managers.find((node) => of(node)?.joined && of(node)?.running && !of(node)?.worker) ??
    managers.find((node) => of(node)?.joined && !of(node)?.worker) ??
    managers.find((node) => of(node)?.installed && of(node)?.running) ??
    managers.find((node) => facts.has(node.name)) ??
    managers[0];
  if (!seed) throw new Fault({ what: 'The site has no manager.', next: ['Give one or three nodes the role manager.'] });
  return seed;
}

/**
 * Of a cluster that lives: the first manager that stays and runs, so that a plan does not depend on who answered first.
 * Throws `Fault` where none stays.
 */
export function stayingSeed(
  site: Site,
  facts: ReadonlyMap<string, NodeFacts>,
  cluster: StandingCluster,
  leaving: readonly Departure[],
): SiteNode {
  const stays = site.nodes.filter(
    ({ name, role }) =>
      role === 'manager' &&
      !leaving.some(({ node }) => node === name) &&
      cluster.nodes.some((node) => node.name === name && node.role === 'manager' && node.ready),
  );
  const seed =
    stays.find(({ name }) => facts.get(name)?.microk8s?.running) ??
    stays.find(({ name }) => name === cluster.through) ??
    stays[0];
  if (seed) return seed;
  throw new Fault({
    what: 'No manager of the cluster would remain.',
    where: cluster.nodes.map(({ name }) => name).join(', '),
    why: 'New nodes need a member to join, and the datastore a member that holds it.',
    unchanged: true,
    next: ['Replace the managers one after the other.'],
    exitCode: exitCode.refused,
  });
}

/** For a product's steps there must be a cluster. Throws `Fault` where no manager that was reached has one. */
export function livingSeed(site: Site, facts: ReadonlyMap<string, NodeFacts>): SiteNode {
  const seed = seedOf(site, facts);
  if (facts.get(seed.name)?.microk8s?.running) return seed;
  const reached = site.nodes.filter(({ name }) => facts.has(name)).map(({ name }) => name);
  throw new Fault({
    what: 'No manager of the site runs MicroK8s.',
    why: reached.length === 0 ? 'No node was reached.' : `Reached: ${reached.join(', ')}.`,
    next: [`${kloudspot('status')}  shows more`, `${kloudspot('apply')}  builds the cluster`],
    exitCode: exitCode.stepFailed,
  });
}
