import { Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import type { Site, SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';

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
  if (!seed) throw new Fault({ what: 'The site has no manager.', next: ['Give one node or three the role manager.'] });
  return seed;
}

/** For a product's steps there must be a cluster. Throws `Fault` where no manager that was reached has one. */
export function livingSeed(site: Site, facts: ReadonlyMap<string, NodeFacts>): SiteNode {
  const seed = seedOf(site, facts);
  if (facts.get(seed.name)?.microk8s?.running) return seed;
  const reached = site.nodes.filter(({ name }) => facts.has(name)).map(({ name }) => name);
  throw new Fault({
    what: 'No manager of the site runs MicroK8s.',
    why: reached.length === 0 ? 'No node was reached.' : `Reached: ${reached.join(', ')}.`,
    next: [`${kloudspot('status')}  tells more`, `${kloudspot('init')}  builds the cluster`],
    exitCode: 4,
  });
}
