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
  const { site, product, seed, list } = planning;
  const others = site.nodes.filter(({ name }) => name !== seed.name);
  list.gather(list.lastOf(...site.nodes.map(({ name }) => name)));
  const changing = (name: string) => planning.leaving.find(({ node, why }) => node === name && why === 'role');
  const managers = others.filter(({ role }) => role === 'manager');
  // Those that come first: a manager that becomes a worker leaves only then.
  for (const node of managers.filter(({ name }) => !changing(name))) list.addCluster(join(planning, node));
  for (const node of others) {
    const change = changing(node.name);
    if (change === undefined) continue;
    planDepartures(planning, [change]);
    list.addCluster(join(planning, node));
  }
  if (planning.leaving.length === 0) planVoterCount(planning);
  const workers = others.filter(({ name, role }) => role === 'worker' && !changing(name));
  list.addSideBySide(workers.map((node) => join(planning, node)));
  if (onlyControls(product, site.nodes)) {
    const only = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
    list.addCluster(planControlOnly({ seed: seed.name, nodes: only }));
  }
  addDns(planning);
  addApiServers(planning);
}

/** Where managers leave it is looked at once they have. */
export function planVoterCount({ site, seed, list }: Planning): void {
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  const step = planVoters({ seed: seed.name, voters: mostVoters });
  if (managers >= mostVoters && !list.steps.some(({ id }) => id === step.id)) list.addCluster(step);
}

function join({ site, seed, facts }: Planning, node: SiteNode): PlannedStep {
  const domain = failureDomains(site.nodes).get(node.name);
  const parameters = {
    node: node.name,
    role: node.role,
    address: clusterAddress(node, facts.get(node.name)),
    ...defined({ domain }),
    seed: seed.name,
    seedAddress: clusterAddress(seed, facts.get(seed.name)),
    names: node.role === 'manager' ? certificateNames(clusterNames(site), rangesOf(site)) : [],
  };
  return planJoin(parameters);
}

/** Enabled only when every node is there: it changes services on all nodes and stops half way at a dead one. */
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
