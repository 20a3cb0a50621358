import { clusterAddress } from '../../network/addresses.ts';
import { clusterNames } from '../../network/cluster-names.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { onlyControls } from '../../product/shape.ts';
import type { SiteNode } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import { certificateNames, failureDomains } from '../release/launch-configuration.ts';
import type { PlannedStep } from '../step.ts';
import { planAddonDns } from '../steps/addon-dns.ts';
import { planAddonIngress } from '../steps/addon-ingress.ts';
import { planAddonMetallb, workloadOf } from '../steps/addon-metallb.ts';
import { planControlOnly } from '../steps/control-only.ts';
import { planIngressService } from '../steps/ingress-service.ts';
import { planJoin } from '../steps/join.ts';
import { planVoters } from '../steps/voters.ts';
import { addApiServers } from './api-servers.ts';
import { planDepartures } from './departures.ts';
import type { Planning } from './planning.ts';

/** The datastore never has more; further managers stand by. */
const mostVoters = 3;

/** One cluster out of the machines: managers one at a time, then the workers side by side, then the names of services. */
export function planCluster(planning: Planning): void {
  const { product, site, seed, list } = planning;
  addJoins(planning);
  if (onlyControls(product, site.nodes)) {
    const only = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
    list.addCluster(planControlOnly({ seed: seed.name, nodes: only }));
  }
  addDns(planning);
  addApiServers(planning);
}

/**
 * A join needs the node itself, the seed, and what is in the cluster already, which lets it in: nodes that are slower do not hold it up.
 * Managers go one at a time, and workers after them all: the first join restarts the seed's datastore and applies its network again
 * (recorded as `join-manager-good`), and a member more changes the quorum; the API may be away meanwhile, which a join asks for.
 * The datastore takes a manager in completely before the next one comes: https://github.com/canonical/microk8s/issues/4696.
 */
function addJoins(planning: Planning): void {
  const { site, seed, list } = planning;
  const join = joinOf(planning);
  const others = site.nodes.filter(({ name }) => name !== seed.name);
  const own = ({ name }: SiteNode) => list.lastOf(name);
  list.gather(site.nodes.filter((node) => node === seed || isMember(planning, node)).flatMap(own));
  const changing = (name: string) => planning.leaving.find(({ node, why }) => node === name && why === 'role');
  const managers = others.filter(({ role }) => role === 'manager');
  // Those that come first: a manager that becomes a worker leaves only then.
  for (const node of managers.filter(({ name }) => !changing(name))) list.addSideBySide([join(node)], () => own(node));
  for (const node of others) {
    const change = changing(node.name);
    if (change === undefined) continue;
    planDepartures(planning, [change]);
    list.addSideBySide([join(node)], () => own(node));
  }
  if (planning.leaving.length === 0) addVoterCount(planning);
  const workers = others.filter(({ name, role }) => role === 'worker' && !changing(name));
  list.addSideBySide(workers.map(join), ({ node = '' }) => list.lastOf(node));
}

const isMember = ({ cluster, facts }: Planning, { name }: SiteNode): boolean =>
  facts.get(name)?.microk8s?.joined === true || (cluster?.nodes ?? []).some((node) => node.name === name);

/**
 * Aside: the datastore makes its voters by itself, up to 30 s after a join. Neither a worker's join nor an addon changes its members,
 * and the API answers with one voter as with three. What comes to the cluster for good waits for it.
 */
function addVoterCount(planning: Planning): void {
  const step = voterCount(planning);
  if (step !== undefined) planning.list.addAside(step);
}

/** Where managers leave it is looked at once they have. */
export function planVoterCount(planning: Planning): void {
  const step = voterCount(planning);
  if (step !== undefined) planning.list.addCluster(step);
}

/** Undefined where there are too few managers, or the plan looks at it already. */
function voterCount({ site, seed, list }: Planning): PlannedStep | undefined {
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  const step = planVoters({ seed: seed.name, voters: mostVoters });
  return managers < mostVoters || list.steps.some(({ id }) => id === step.id) ? undefined : step;
}

/** The step that lets a node join the seed. */
function joinOf({ site, seed, facts }: Planning): (node: SiteNode) => PlannedStep {
  const domains = failureDomains(site.nodes);
  const seedAddress = clusterAddress(seed, facts.get(seed.name));
  const names = certificateNames(clusterNames(site), rangesOf(site));
  return (node) =>
    planJoin({
      node: node.name,
      role: node.role,
      address: clusterAddress(node, facts.get(node.name)),
      ...defined({ domain: domains.get(node.name) }),
      seed: seed.name,
      seedAddress,
      names: node.role === 'manager' ? names : [],
    });
}

/**
 * Enabled only when every node is there: it changes services on all nodes and stops half way at a dead one. What follows waits for
 * it: where it changes arguments it restarts kubelite, the API with it, on one node after the other.
 */
function addDns({ site, seed, list }: Planning): void {
  const nodes = site.nodes.map(({ name }) => name);
  list.addCluster(planAddonDns({ seed: seed.name, replicas: nodes.length > 1 ? 2 : 1, nodes }, rangesOf(site)));
}

/**
 * What leads into the cluster. MicroK8s enables one addon at a time: `microk8s enable` holds var/lock/.microk8s-addon-lock, and a
 * second one waits for it silently. What runs side by side is the wait for the pods of each.
 */
export function planIngress({ site, seed, list }: Planning): void {
  const asked = { seed: seed.name, channel: site.cluster.channel };
  const { virtualAddress } = site.network;
  const ingress = planAddonIngress(asked);
  if (virtualAddress === undefined) {
    list.addCluster(ingress);
    return;
  }
  list.addSideBySide([
    ingress,
    planAddonMetallb({ seed: seed.name, virtualAddress, ...defined({ workload: workloadOf(site) }) }),
  ]);
  list.addCluster(planIngressService({ ...asked, virtualAddress }));
}
