import { observeSite } from '../../app/observe-site.ts';
import { planSite } from '../../app/plan.ts';
import { type Living, lookAtLiving } from '../../app/plan-living.ts';
import type { RunDocument } from '../../engine/worker/documents.ts';
import type { ExitCode } from '../../errors/fault.ts';
import type { PlanPurpose } from '../../plan/document/document.ts';
import type { Upkeep } from '../../plan/input.ts';
import type { StandingCluster } from '../../plan/standing/standing.ts';
import type { Observation } from '../../status/observation.ts';
import type { SiteVerb } from '../line/site-verb.ts';
import { beginPlan } from './apply-site.ts';
import { noManagerAnswers, reachNodes, tellUnreached } from './product-verb.ts';

/** A cluster that lives, as the verbs of its upkeep see it. */
export interface SeenLiving extends Living {
  readonly cluster: StandingCluster;
  readonly observed: Observation;
}

/** Connects to the nodes that answer, and looks at the cluster. Throws `Fault` (exit code 4) where no manager answers. */
export async function lookAtLivingCluster(verb: SiteVerb): Promise<SeenLiving> {
  const { opened, settings } = verb;
  const seen = await reachNodes(verb);
  const [living, observed] = await Promise.all([lookAtLiving(opened, seen.facts, settings.files), observeSite(opened)]);
  tellUnreached(verb, seen, living.cluster !== undefined);
  const { cluster } = living;
  if (cluster !== undefined) return { ...living, cluster, observed };
  throw noManagerAnswers();
}

/** Plans what is asked for, asks, begins the run and shows it to its end. */
export async function runUpkeep(
  { opened, settings, terminal }: SiteVerb,
  { facts, cluster }: SeenLiving,
  wish: { readonly purpose: PlanPurpose; readonly verb: string; readonly upkeep?: Upkeep },
  documents: readonly RunDocument[] = [],
): Promise<ExitCode> {
  const { purpose, verb, upkeep } = wish;
  const plan = await planSite(opened, facts, { purpose, cluster, upkeep });
  return beginPlan(plan, opened, settings, terminal, { verb, documents });
}
