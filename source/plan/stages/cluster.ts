import { clusterAddress } from '../../network/addresses.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { onlyControls } from '../../product/shape.ts';
import type { SiteNode } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import { failureDomains } from '../release/launch-configuration.ts';
import type { PlannedStep } from '../step.ts';
import { planAddonDns } from '../steps/addon-dns.ts';
import { planAddonIngress } from '../steps/addon-ingress.ts';
import { planAddonMetallb } from '../steps/addon-metallb.ts';
import { planControlOnly } from '../steps/control-only.ts';
import { planIngressService } from '../steps/ingress-service.ts';
import { planJoin } from '../steps/join.ts';
import { planVoters } from '../steps/voters.ts';
import type { Planning } from './planning.ts';

/** The datastore never has more; further managers stand by. */
const mostVoters = 3;

/** One cluster out of the machines: managers one at a time, then the workers side by side, then the addons one by one. */
export function planCluster(planning: Planning): void {
  const { site, product, seed, list } = planning;
  const others = site.nodes.filter(({ name }) => name !== seed.name);
  list.gather(list.lastOf(...site.nodes.map(({ name }) => name)));
  for (const node of others.filter(({ role }) => role === 'manager')) {
    list.addCluster(join(planning, node));
  }
  const managers = site.nodes.length - site.nodes.filter(({ role }) => role === 'worker').length;
  if (managers >= mostVoters) list.addCluster(planVoters({ seed: seed.name, voters: mostVoters }));
  const workers = others.filter(({ role }) => role === 'worker');
  list.addSideBySide(workers.map((node) => join(planning, node)));
  if (onlyControls(product, site.nodes)) {
    const only = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
    list.addCluster(planControlOnly({ seed: seed.name, nodes: only }));
  }
  addAddons(planning);
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
  };
  return planJoin(parameters);
}

/** Enabled only when every node is there: some of them change services on all nodes and stop half way at a dead one. */
function addAddons({ site, seed, list }: Planning): void {
  const { channel } = site.cluster;
  const asked = { seed: seed.name, channel };
  const { virtualAddress } = site.network;
  const nodes = site.nodes.map(({ name }) => name);
  list.addCluster(planAddonDns({ seed: seed.name, replicas: nodes.length > 1 ? 2 : 1, nodes }, rangesOf(site)));
  list.addCluster(planAddonIngress(asked));
  if (virtualAddress === undefined) return;
  list.addCluster(planAddonMetallb({ seed: seed.name, virtualAddress }));
  list.addCluster(planIngressService({ ...asked, virtualAddress }));
}
