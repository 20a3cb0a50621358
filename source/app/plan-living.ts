import type { NodeFacts } from '../facts/facts.ts';
import type { Plan } from '../plan/document/document.ts';
import type { PlanInput } from '../plan/input.ts';
import type { StandingCluster } from '../plan/standing/standing.ts';
import type { Files } from '../site/files.ts';
import type { StandingStorage } from '../storage/claims.ts';
import { lookAtNodes } from './connect.ts';
import { planSite } from './plan.ts';
import type { OpenedSite } from './site.ts';
import { standingCluster } from './standing-cluster.ts';
import { standingStorage, untoldStorage } from './standing-storage.ts';

/** What is known of a site: its cluster, where it is there already, and its nodes. */
export interface Living {
  readonly cluster: StandingCluster | undefined;
  /** What the cluster holds of the product's storage, where it answered. */
  readonly standing: StandingStorage | undefined;
  /** Of the site's nodes, and of those that the cluster has beside them. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

type Opened = Pick<OpenedSite, 'site' | 'product' | 'world'>;

/**
 * Looks at the cluster, and at the nodes that the site does not name any more. A node that is not reached is left out. Throws
 * `Fault` (exit code 4) where the API answers and does not tell all that a plan rests on.
 */
export async function lookAtLiving(
  opened: Opened,
  facts: ReadonlyMap<string, NodeFacts>,
  files: Files,
): Promise<Living> {
  const [cluster, standing] = await Promise.all([
    standingCluster(opened, facts, files),
    standingStorage(opened, facts),
  ]);
  if (cluster !== undefined && standing === undefined) throw untoldStorage(cluster.through);
  const others = (cluster?.nodes ?? []).flatMap(({ target }) => target ?? []);
  if (others.length === 0) return { cluster, standing, facts };
  const seen = await lookAtNodes(others, opened.world);
  return { cluster, standing, facts: new Map([...facts, ...seen.facts]) };
}

/** The plan for a site, whether its cluster is there already or not. */
export async function planLiving(
  opened: Opened,
  { cluster, standing, facts }: Living,
  wish: Pick<PlanInput, 'purpose' | 'findings' | 'atNextBoot' | 'asked'> = { purpose: 'init' },
): Promise<Plan> {
  return planSite(opened, facts, { ...wish, standing, cluster });
}
