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

/** A cluster, as the verbs of its upkeep see it; `cluster` is undefined where no manager answers. */
export interface SeenUpkeep extends Living {
  readonly observed: Observation;
}

/** One that lives. */
export interface SeenLiving extends SeenUpkeep {
  readonly cluster: StandingCluster;
}

/** Connects to the nodes that answer, and looks at the cluster. Throws `Fault` (exit code 4) where no manager answers. */
export async function lookAtLivingCluster(verb: SiteVerb): Promise<SeenLiving> {
  const { cluster, ...seen } = await lookForCluster(verb);
  if (cluster !== undefined) return { ...seen, cluster };
  throw noManagerAnswers();
}

/** The same where the API may be silent. */
export async function lookForCluster(verb: SiteVerb): Promise<SeenUpkeep> {
  const { opened, settings } = verb;
  const seen = await reachNodes(verb);
  const [living, observed] = await Promise.all([
    lookAtLiving(opened, seen.facts, settings.files),
    observeSite(opened, { patient: true }),
  ]);
  tellUnreached(verb, seen, living.cluster !== undefined);
  return { ...living, observed };
}

/** Plans what is asked for, asks, begins the run and shows it to its end. */
export async function runUpkeep(
  { opened, settings, terminal }: SiteVerb,
  { facts, cluster }: SeenUpkeep,
  wish: { readonly purpose: PlanPurpose; readonly verb: string; readonly upkeep?: Upkeep },
  documents: readonly RunDocument[] = [],
): Promise<ExitCode> {
  const { purpose, verb, upkeep } = wish;
  const plan = await planSite(opened, facts, { purpose, cluster, upkeep });
  return beginPlan(plan, opened, settings, terminal, { verb, documents });
}
