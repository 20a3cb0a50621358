import { Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { gatherFacts } from '../facts/gather.ts';
import { targetOf } from '../network/targets.ts';
import type { SiteNode } from '../site/schema.ts';
import { packagesOfInterest } from './gather.ts';
import type { World } from './world.ts';

/** What was seen of the nodes, and why some were not. */
export interface Seen {
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** Node → why it was not reached, in words. */
  readonly unreached: ReadonlyMap<string, string>;
}

/** Looks at all nodes side by side. A node that is not reached costs only itself. */
export async function lookAtNodes(nodes: readonly SiteNode[], world: World): Promise<Seen> {
  const facts = new Map<string, NodeFacts>();
  const unreached = new Map<string, string>();
  await Promise.all(
    nodes.map(async (node) => {
      try {
        const host = await world.hosts.get(targetOf(node));
        facts.set(
          node.name,
          await gatherFacts(host, { node: node.name, clock: world.clock, packages: packagesOfInterest }),
        );
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        unreached.set(node.name, error.message);
      }
    }),
  );
  return { facts, unreached };
}
