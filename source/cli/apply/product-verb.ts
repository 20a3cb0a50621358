import { connect, type Seen } from '../../app/connect.ts';
import { lastSite } from '../../app/last-site.ts';
import { observeSite, unfinishedWords } from '../../app/observe-site.ts';
import { checkOutside } from '../../app/outside-rights.ts';
import { planSite } from '../../app/plan.ts';
import { standingStorage, untoldStorage } from '../../app/standing-storage.ts';
import { unreachedAdvice, unreachedText } from '../../check/subjects/access.ts';
import { unfinishedRun } from '../../engine/runs.ts';
import type { RunDocument } from '../../engine/worker/documents.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import { targetOf } from '../../network/targets.ts';
import type { PlanInput } from '../../plan/input.ts';
import { livingSeed } from '../../plan/stages/seed.ts';
import { siteText } from '../../site/save.ts';
import type { Observation } from '../../status/observation.ts';
import type { StandingStorage } from '../../storage/claims.ts';
import { kloudspot } from '../../text/command.ts';
import { accessPrompts } from '../line/access.ts';
import type { SiteVerb } from '../line/site-verb.ts';
import { printLines } from '../line/terminal.ts';
import { beginPlan } from './apply-site.ts';

/** The cluster as `start`, `update` and `stop` see it, through whichever manager lives. */
export interface SeenCluster extends Observation, Pick<Seen, 'facts'> {
  readonly standing: StandingStorage | undefined;
}

/** Connects to the nodes of the site. */
export async function reachNodes({ opened, settings, terminal }: SiteVerb): Promise<Seen> {
  const prompts = accessPrompts(settings, terminal);
  return connect(opened.site.nodes.map(targetOf), { ...opened, prompts });
}

/** Says which nodes were not reached. `answers`: another machine in the place of one is possible only where the API answers. */
export function tellUnreached(verb: SiteVerb, seen: Seen, answers: boolean): void {
  const { nodes, cluster } = verb.opened.site;
  const member = answers && cluster.kubeconfig === undefined;
  for (const node of nodes) {
    const why = seen.unreached.get(node.name);
    if (why === undefined) continue;
    const advice = unreachedAdvice(node, { own: seen.advice.get(node.name), member });
    tell(verb, [unreachedText(node.name, why), `  Do: ${advice}`]);
  }
}

/**
 * Where no manager answers nothing is known: neither what is installed nor what would stay. Throws `Fault` (exit code 4, 5 while a
 * run is under way): the cluster may still be on its way.
 */
async function refuseUnseen({ opened, settings }: SiteVerb, facts: Seen['facts'], seen: Observation): Promise<void> {
  const { site } = opened;
  if (seen.through !== undefined || site.cluster.kubeconfig !== undefined) return;
  const run = await unfinishedRun(settings.files);
  if (run !== undefined) throw stillBuilt(run.state);
  livingSeed(site, facts);
  throw noManagerAnswers();
}

function stillBuilt(state: string): Fault {
  const { reason, next } = unfinishedWords(state);
  return new Fault({
    what: 'No manager of the cluster answers.',
    why: reason,
    unchanged: true,
    next: [next, kloudspot('status')],
    exitCode: state === 'running' ? exitCode.locked : exitCode.stepFailed,
  });
}

export const noManagerAnswers = (): Fault =>
  new Fault({
    what: 'No manager of the cluster answers.',
    why: 'What this verb does goes through the API of the cluster.',
    unchanged: true,
    next: [kloudspot('status')],
    exitCode: exitCode.stepFailed,
  });

/** On a cluster that is there already nothing else is known, and no verb here builds it. */
function outsideUnreached({ opened }: SiteVerb, where: string, { unreached, advice }: Seen): Fault {
  const rehearsed = opened.world.scenario !== undefined;
  return new Fault({
    what: 'The cluster that this site is on cannot be used.',
    where,
    why: rehearsed
      ? 'A rehearsal simulates machines, and no cluster behind a kubeconfig.'
      : [...unreached.values()].join('\n'),
    unchanged: true,
    next: rehearsed ? ['Leave out --rehearse, and give the site: --site FILE'] : [...advice.values()],
    exitCode: exitCode.stepFailed,
  });
}

/** Connects to the nodes that answer, and looks at the cluster. Throws `Fault` (exit code 4) where no manager answers. */
export async function lookAtCluster(verb: SiteVerb): Promise<SeenCluster> {
  const seen = await lookAtNodes(verb);
  await refuseUnseen(verb, seen.facts, seen);
  const ours = verb.opened.site.cluster.kubeconfig === undefined;
  if (ours && seen.through !== undefined && seen.standing === undefined) throw untoldStorage(seen.through);
  return seen;
}

/** The same where the API may be silent: what the nodes themselves tell. */
export async function lookAtNodes(verb: SiteVerb): Promise<SeenCluster> {
  const { opened } = verb;
  const seen = await reachNodes(verb);
  const { facts } = seen;
  const { kubeconfig } = opened.site.cluster;
  if (kubeconfig !== undefined && facts.size === 0) throw outsideUnreached(verb, kubeconfig, seen);
  const [observed, standing] = await Promise.all([
    observeSite(opened, { patient: true }),
    standingStorage(opened, facts),
  ]);
  tellUnreached(verb, seen, observed.through !== undefined);
  if (facts.size > 0) await checkOutside(opened, observed);
  return { ...observed, facts, standing };
}

/** `site.yaml` of the last run that came to its end here; without one the site as it is opened. */
export async function siteBefore({ opened, settings }: SiteVerb): Promise<string> {
  return siteText((await lastSite(settings.files, opened.site.name)) ?? opened.site);
}

/** Plans for the purpose from what the nodes that answer tell, asks, begins the run, which writes the documents, and shows it to its end. */
export async function runProductPlan(
  { opened, settings, terminal }: SiteVerb,
  { facts, standing }: Pick<SeenCluster, 'facts' | 'standing'>,
  wish: Pick<PlanInput, 'purpose' | 'chartVersion' | 'newestChart' | 'siteBefore' | 'revision' | 'notReady'>,
  documents: readonly RunDocument[] = [],
): Promise<ExitCode> {
  const plan = await planSite(opened, facts, { ...wish, standing });
  return beginPlan(plan, opened, settings, terminal, { verb: wish.purpose, documents });
}

/** Lines for the operator, on the error stream where the output is for machines. */
export function tell({ settings, terminal }: SiteVerb, lines: readonly string[]): void {
  printLines(settings.json ? terminal.errors : terminal.output, lines);
}
