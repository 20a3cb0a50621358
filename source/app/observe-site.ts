import { Fault } from '../errors/fault.ts';
import { targetOf } from '../network/targets.ts';
import type { Observation } from '../status/observation.ts';
import { observe } from '../status/observe.ts';
import type { OpenedSite } from './site.ts';

/** Looks at cluster and product through whichever manager answers. Never throws for a node that is dead. */
export function observeSite({ site, product, world }: OpenedSite): Promise<Observation> {
  const nodes = new Map(site.nodes.map((node) => [node.name, node]));
  const open = async (name: string) => {
    const node = nodes.get(name);
    if (!node) throw new Fault({ what: `The site has no node ${name}.` });
    return world.hosts.get(targetOf(node));
  };
  return observe({ site, product, clock: world.clock, open });
}
