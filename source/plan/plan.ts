import { atHome } from '../host/home-path.ts';
import type { HostTarget } from '../host/host.ts';
import { outsideCommand, outsideOf, outsidePath } from '../kubernetes/outside-words.ts';
import { targetOf } from '../network/targets.ts';
import type { Finding } from '../site/finding.ts';
import { basisOf } from './document/basis.ts';
import type { Plan } from './document/document.ts';
import { planHash } from './document/hash.ts';
import type { PlanInput } from './input.ts';
import { planRelocation } from './stages/addresses.ts';
import { planBackups, planProductBackup } from './stages/backups.ts';
import { addBundleImages, planBundleOnly } from './stages/bundle.ts';
import { planCluster, planIngress, planVoterCount } from './stages/cluster.ts';
import { planDepartures } from './stages/departures.ts';
import { planGrowth } from './stages/growth.ts';
import { addImagesAhead } from './stages/images.ts';
import { planMachines } from './stages/machines.ts';
import { StepList } from './stages/order.ts';
import type { Planning } from './stages/planning.ts';
import { planBeforeRelease, planEarlyJudgement, planProduct, planRelease } from './stages/product.ts';
import { livingSeed, seedOf, stayingSeed } from './stages/seed.ts';
import { planServices } from './stages/services.ts';
import { planEngines, planOwnClasses, planStorage } from './stages/storage.ts';
import { planUpgrade } from './stages/upgrade.ts';
import { planBackupOnly, planDrillOf, planRebalance, planRenewals, planRestoreOf } from './stages/upkeep.ts';
import { type Departure, departures, strangersAmong } from './standing/changes.ts';
import { refuseDepartures, refuseStrangers } from './standing/refusals.ts';
import type { StandingCluster } from './standing/standing.ts';
import { planHelmUninstall } from './steps/helm-uninstall.ts';

/**
 * The steps that lead from the facts to the site. The same input gives the same steps and the same hash.
 * Throws `Fault` where the site's features, its chart or a living manager are missing.
 */
export function makePlan(input: PlanInput): Plan {
  const { purpose, site, product, facts, now } = input;
  const { kubeconfig } = site.cluster;
  const planned = stepsFor(input);
  const steps = kubeconfig === undefined ? planned : planned.map((step) => outsideStep(step, kubeconfig));
  const basis = basisOf(facts, site);
  const accepted = acceptedIn(input.findings ?? []);
  return {
    version: 2,
    purpose,
    hash: planHash({ site, basis, steps, ...accepted }),
    createdAt: now.toISOString(),
    site,
    product: product.file,
    targets: [...site.nodes.map(targetOf), ...leavingTargets(input)],
    basis,
    steps,
    ...accepted,
  };
}

function acceptedIn(findings: readonly Finding[]): Pick<Plan, 'accepted'> {
  const accepted = findings.flatMap((finding) =>
    finding.accepted ? [{ check: finding.check, nodes: finding.nodes, reason: finding.reason }] : [],
  );
  return accepted.length === 0 ? {} : { accepted };
}

/** Throws `Fault` for a member that no site of ours named: that it is missing in `site.yaml` asks for nothing. */
function leavingOf({ site, facts, asked }: PlanInput, standing: StandingCluster): Departure[] {
  const all = departures({ site, facts, standing });
  const strangers = strangersAmong(all, standing).filter(({ node }) => node !== asked);
  if (asked === undefined) refuseStrangers(strangers);
  return all.filter((each) => !strangers.includes(each));
}

/** Nodes that the site does not name any more, and that leave by themselves. */
function leavingTargets({ site, facts, cluster }: PlanInput): HostTarget[] {
  const others = (cluster?.nodes ?? []).filter(({ name }) => !site.nodes.some((node) => node.name === name));
  return others.flatMap(({ name, target }) => (target && facts.has(name) ? [target] : []));
}

/** The commands as they run on this machine, for a cluster that is not on nodes of ours. */
function outsideStep(step: Plan['steps'][number], kubeconfig: string): Plan['steps'][number] {
  const outside = outsideOf(atHome(kubeconfig));
  const commands = step.commands.map((one) => {
    const command = outsideCommand(one.command, outside) ?? one.command;
    return { ...one, command, sudo: false };
  });
  const files = step.files.map((file) => ({ ...file, path: outsidePath(file.path, outside) ?? file.path }));
  return { ...step, commands, files };
}

function stepsFor(input: PlanInput): Plan['steps'] {
  const { purpose, product } = input;
  const planning = planningOf(input);
  const { seed } = planning;
  switch (purpose) {
    case 'init':
    case 'nodes':
      planSite(planning);
      break;
    case 'relocate':
      planRelocation(planning);
      break;
    case 'start':
      planBundleOnly(planning);
      planOwnClasses(planning);
      planProduct(planning);
      break;
    case 'update':
      planProductBackup(planning);
      planBundleOnly(planning);
      planProduct(planning);
      break;
    case 'storage':
      planEngines(planning);
      break;
    case 'stop':
      planProductBackup(planning);
      planning.list.addCluster(
        planHelmUninstall({ seed: seed.name, release: product.release, namespace: product.namespace }),
      );
      break;
    default:
      planUpkeep(planning);
  }
  return planning.list.steps;
}

function planUpkeep(planning: Planning): void {
  const { purpose, upkeep = {} } = planning;
  const { backup, drill } = upkeep;
  if (purpose === 'backup') planBackupOnly(planning);
  if (purpose === 'restore' && backup !== undefined) planRestoreOf(planning, backup);
  if (purpose === 'certificates') planRenewals(planning);
  if (purpose === 'rebalance') planRebalance(planning);
  if (purpose === 'drill' && drill !== undefined) planDrillOf(planning, drill.node, drill.seconds);
}

function planningOf(input: PlanInput): Planning {
  const { purpose, site, facts, cluster } = input;
  const whole = purpose === 'init' || purpose === 'nodes';
  const leaving = whole && cluster !== undefined ? leavingOf(input, cluster) : [];
  if (cluster !== undefined) refuseDepartures({ departures: leaving, standing: cluster, facts });
  const seed =
    cluster !== undefined && whole
      ? stayingSeed(site, facts, cluster, leaving)
      : purpose === 'init' || purpose === 'relocate'
        ? seedOf(site, facts)
        : livingSeed(site, facts);
  return { ...input, seed, leaving, list: new StepList() };
}

/**
 * Machines, cluster, storage and product. Where nodes leave: the dead go first, since they count for the quorum; those that live
 * go last, once others have joined and hold what they held. A backup stands before and after.
 */
function planSite(planning: Planning): void {
  const { site, leaving, list } = planning;
  const { dead = [], alive = [] } = Object.groupBy(leaving, (each) => (each.alive ? 'alive' : 'dead'));
  planBackups(planning, 'before');
  planUpgrade(planning);
  planDepartures(planning, dead);
  planMachines(planning);
  planEarlyJudgement(planning);
  addImagesAhead(planning);
  planCluster(planning);
  addBundleImages(planning);
  const deploys = site.deploy === 'now';
  // None of these needs another.
  list.addLines(
    () => planIngress(planning),
    () => planStorage(planning),
    () => deploys && planBeforeRelease(planning),
  );
  list.gatherAside();
  planServices(planning);
  planDepartures(
    planning,
    alive.filter(({ why }) => why === 'leaves'),
  );
  planVoterCount(planning);
  if (deploys) planRelease(planning, planGrowth(planning).length > 0);
  planBackups(planning, 'after');
}
