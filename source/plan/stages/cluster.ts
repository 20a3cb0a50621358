import { clusterAddress } from '../../network/addresses.ts';
import type { SiteNode } from '../../site/schema.ts';
import { planAddonDns } from '../steps/addon-dns.ts';
import { planAddonIngress } from '../steps/addon-ingress.ts';
import { planAddonMetallb } from '../steps/addon-metallb.ts';
import { planIngressService } from '../steps/ingress-service.ts';
import { planJoin } from '../steps/join.ts';
import { planVoters } from '../steps/voters.ts';
import type { Planning } from './planning.ts';

/** The datastore never has more; further managers stand by. */
const mostVoters = 3;

/** One cluster out of the machines: managers one at a time, then the workers side by side, then the addons one by one. */
export function planCluster(planning: Planning): void {
  const { site, seed, list } = planning;
  const others = site.nodes.filter(({ name }) => name !== seed.name);
  list.gather(list.lastOf(...site.nodes.map(({ name }) => name)));
  for (const node of others.filter(({ role }) => role === 'manager')) {
    list.addCluster((needs) => join(planning, node, needs));
  }
  const managers = site.nodes.length - site.nodes.filter(({ role }) => role === 'worker').length;
  if (managers >= mostVoters) list.addCluster((needs) => planVoters({ seed: seed.name, voters: mostVoters }, needs));
  const workers = others.filter(({ role }) => role === 'worker');
  list.addSideBySide(workers.map((node) => (needs) => join(planning, node, needs)));
  addAddons(planning);
}

function join({ seed, facts }: Planning, node: SiteNode, needs: readonly string[]) {
  const parameters = {
    node: node.name,
    role: node.role,
    address: clusterAddress(node, facts.get(node.name)),
    seed: seed.name,
    seedAddress: clusterAddress(seed, facts.get(seed.name)),
  };
  return planJoin(parameters, needs);
}

/** Enabled only when every node is there: some of them change services on all nodes and stop half way at a dead one. */
function addAddons({ site, seed, list }: Planning): void {
  const { channel } = site.cluster;
  const asked = { seed: seed.name, channel };
  const { virtualAddress } = site.network;
  list.addCluster((needs) => planAddonDns({ seed: seed.name, replicas: site.nodes.length > 1 ? 2 : 1 }, needs));
  list.addCluster((needs) => planAddonIngress(asked, needs));
  if (virtualAddress === undefined) return;
  list.addCluster((needs) => planAddonMetallb({ seed: seed.name, virtualAddress }, needs));
  list.addCluster((needs) => planIngressService({ ...asked, virtualAddress }, needs));
}
