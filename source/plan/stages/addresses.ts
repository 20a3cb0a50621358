import { Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { clusterAddress, wantedAddress } from '../../network/addresses.ts';
import { type HostNames, hostNames, hostsFile, hostsTemplate } from '../../network/hosts-file.ts';
import { netplanDocument } from '../../network/netplan.ts';
import type { SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { digestOf } from '../release/charts.ts';
import type { PlannedStep } from '../step.ts';
import { planHostsFile } from '../steps/hosts-file.ts';
import { planNetwork } from '../steps/network.ts';
import type { Planning } from './planning.ts';

/** Node → the address at which the cluster knows it. */
export function addressesOf(planning: Planning): Map<string, string> {
  return new Map(planning.site.nodes.map((node) => [node.name, clusterAddress(node, factsOf(planning, node))]));
}

/** The workstation's own restart and change of address would cut off what runs on the others at that time. */
export function localLast(nodes: readonly SiteNode[]): SiteNode[] {
  return nodes.toSorted((a, b) => Number(a.local ?? false) - Number(b.local ?? false));
}

/**
 * The addresses alone, before there is a cluster: hosts files and static addresses of all nodes, and nothing where each has its
 * own already.
 */
export function planRelocation(planning: Planning): void {
  const nodes = localLast(planning.site.nodes);
  const steps = networkSteps(planning, nodes);
  if (steps.length === 0) return;
  const hosts = hostNames(planning.site, addressesOf(planning));
  for (const node of nodes) addHostsFile(planning, node, hosts);
  addNetworks(planning, steps);
}

/** The node's `/etc/hosts`, and the template that cloud-init makes it of. */
export function addHostsFile(planning: Planning, node: SiteNode, hosts: HostNames): void {
  const { network } = factsOf(planning, node);
  const before = { hosts: network?.hostsFile, template: network?.hostsTemplate };
  const content = hostsFile(hosts, node.name, before.hosts ?? '');
  const template =
    network?.cloudInitHosts === 'template' ? hostsTemplate(hosts, node.name, before.template ?? '') : undefined;
  planning.list.addNode(node.name, planHostsFile(node.name, { content, ...defined({ template }) }, before));
}

interface NetworkStep {
  readonly node: SiteNode;
  readonly step: PlannedStep;
}

/** Of each node whose address changes. */
export function networkSteps(planning: Planning, nodes: readonly SiteNode[]): NetworkStep[] {
  return nodes.flatMap((node) => {
    const step = networkStep(planning, node);
    return step === undefined ? [] : { node, step };
  });
}

/** Gives the workstation's own change of address, if there is one: nothing may be under way while it happens. */
export function addNetworks(planning: Planning, steps: readonly NetworkStep[]): string[] {
  const ids: string[] = [];
  const local: string[] = [];
  const all = planning.site.nodes.map(({ name }) => name);
  for (const { node, step } of steps) {
    const id = planning.list.addNode(node.name, step, node.local ? planning.list.lastOf(...all) : ids.slice(-1));
    (node.local ? local : ids).push(id);
  }
  return local;
}

function networkStep(planning: Planning, node: SiteNode): PlannedStep | undefined {
  const { site } = planning;
  const { network } = factsOf(planning, node);
  const wanted = wantedAddress(node);
  const document = netplanDocument(site, node, factsOf(planning, node));
  if (!document || !wanted) return undefined;
  const standing = network?.netplan.find(({ path }) => path === document.path)?.content;
  const witness = node.local ? site.nodes.find(({ local }) => !local)?.name : undefined;
  const parameters = {
    node: node.name,
    path: document.path,
    content: document.content,
    aside: [...document.aside, ...(standing === undefined ? [] : [document.path])],
    cloudInit: (network?.cloudInitPresent ?? false) && !(network?.cloudInitNetworkDisabled ?? false),
    address: wanted.address,
    keep: digestOf(document.content),
    ...defined({ witness, atNextBoot: planning.atNextBoot }),
    sshPort: node.access?.port ?? 22,
  };
  return planNetwork(parameters, standing);
}

/** Files on the node that a site or its product asked for: see `askedFiles`. */
export const askedFilesOf = (planning: Planning, node: SiteNode): readonly string[] =>
  factsOf(planning, node).services?.askedFiles ?? [];

/** What was seen of a node. Throws `Fault` where it was not reached. */
export function factsOf({ facts }: Planning, { name }: SiteNode): NodeFacts {
  const seen = facts.get(name);
  if (seen) return seen;
  throw new Fault({
    what: `Nothing is known of ${name} yet.`,
    where: name,
    why: 'A plan needs the facts of every node.',
    next: [`Make sure that ${name} is up and reachable: ${kloudspot('preflight')}`],
  });
}
