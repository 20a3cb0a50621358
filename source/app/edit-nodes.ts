import { exitCode, Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { textIfPresent } from '../host/read-text.ts';
import type { StandingCluster, StandingNode } from '../plan/standing/standing.ts';
import { judgeDraft, parseDraft } from '../site/load.ts';
import { siteText } from '../site/save.ts';
import type { DraftValue, Site, SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { defined } from '../text/defined.ts';
import { isMapping } from '../text/mapping.ts';
import { didYouMean } from '../text/nearest.ts';
import type { ChangedSite } from './set-values.ts';

/** What is said of a node that is new. */
export interface NewNode {
  readonly name: string;
  readonly reach: string | undefined;
  readonly role: string | undefined;
  readonly zone: string | undefined;
  /** Its static address with prefix; undefined: it keeps the one that its DHCP server reserves. */
  readonly address: string | undefined;
}

/** A change of the list of nodes. */
export type NodeEdit =
  | { readonly edit: 'add'; readonly node: NewNode }
  | { readonly edit: 'remove'; readonly name: string }
  /** `node.name` may be the same: its machine was replaced. */
  | { readonly edit: 'replace'; readonly name: string; readonly node: NewNode };

/** The site with its nodes changed, and its file with comments kept. Throws `Fault` (exit code 2) with each problem. */
export async function editNodes(site: Site, file: string, wish: NodeEdit): Promise<ChangedSite> {
  const before = await textIfPresent(file);
  const draft = parseDraft(before ?? siteText(site));
  const nodes = edited(site, Array.isArray(draft['nodes']) ? draft['nodes'] : [], wish);
  const after: SiteDraft = { ...draft, nodes };
  const judged = judgeDraft(after);
  if ('site' in judged) return { site: judged.site, text: siteText(after, before) };
  throw new Fault({
    what: 'This change would make the site invalid.',
    where: file,
    why: judged.findings.map(({ reason }) => reason).join('\n'),
    next: ['Correct it in the command, then run that again.'],
    unchanged: true,
    exitCode: exitCode.usage,
  });
}

function edited(site: Site, nodes: readonly DraftValue[], wish: NodeEdit): DraftValue[] {
  switch (wish.edit) {
    case 'add':
      refuseKnown(site, wish.node.name);
      return [...nodes, entryOf(site, wish.node, undefined)];
    case 'remove':
      return nodes.filter((node) => nameOf(node) !== wish.name);
    case 'replace':
      refuseUnknown(site, wish.name);
      if (wish.node.name !== wish.name) refuseKnown(site, wish.node.name);
      return nodes.map((node) => (nameOf(node) === wish.name ? entryOf(site, wish.node, node) : node));
  }
}

const nameOf = (node: DraftValue): DraftValue => (isMapping(node) ? node['name'] : undefined);

/**
 * Under the same name only a machine that is empty or gone is replaced. Throws `Fault` (exit code 6) for one that the cluster has and
 * that takes itself for a member.
 */
export function refuseLivingMember(
  wish: NodeEdit,
  nodes: readonly StandingNode[],
  facts: ReadonlyMap<string, NodeFacts>,
): void {
  if (wish.edit !== 'replace' || wish.node.name !== wish.name) return;
  const { name, node } = wish;
  const member = nodes.find((each) => each.name === name);
  const { joined = false, running = false } = facts.get(name)?.microk8s ?? {};
  // One that is alone has no mark of a member. Another role is a change, for which it leaves and joins again.
  const own = joined || (running && nodes.length === 1);
  if (!own || member?.ready !== true || (node.role ?? member.role) !== member.role) return;
  const other = nodes.find((each) => each.role === 'manager' && each.name !== name)?.name;
  throw new Fault({
    what: `${name} is a working member of the cluster, not a new machine.`,
    next: [
      `For another machine: ${kloudspot(`node replace ${name} --with NEW --reach ADDRESS`)}`,
      ...(other === undefined
        ? []
        : [
            `To let this one leave and join again: sudo microk8s leave on ${name}, sudo microk8s remove-node ${name} on ${other}, then ${kloudspot('apply')}`,
          ]),
    ],
    unchanged: true,
    exitCode: exitCode.refused,
  });
}

/** What is not said is that of the node that is replaced; login and role else those of the other nodes. */
function entryOf(site: Site, node: NewNode, replaced: DraftValue): DraftValue {
  const former = isMapping(replaced) ? replaced : {};
  const same = nameOf(replaced) === node.name;
  const reach = node.reach ?? (same ? former['reach'] : undefined);
  if (reach === undefined)
    throw new Fault({
      what: `The address of ${node.name} is missing.`,
      next: ['Add the address at which it answers now, such as: --reach 10.0.4.24'],
      exitCode: exitCode.usage,
    });
  const network =
    node.address === undefined
      ? same
        ? former['network']
        : { mode: 'dhcp' }
      : { ...(same && isMapping(former['network']) ? former['network'] : {}), mode: 'static', address: node.address };
  return defined({
    ...(same ? former : {}),
    name: node.name,
    reach,
    role: node.role ?? former['role'] ?? 'worker',
    zone: node.zone ?? former['zone'],
    access: former['access'] ?? accessOf(site),
    network,
  });
}

/** The login that all nodes of the site have in common. */
function accessOf({ nodes }: Site): DraftValue {
  const [first] = nodes.filter(({ local }) => !local);
  return first?.access === undefined ? undefined : { ...first.access };
}

function refuseKnown({ nodes, name: site }: Site, name: string): void {
  if (!nodes.some((node) => node.name === name)) return;
  throw new Fault({
    what: `${site} already has a node ${name}.`,
    next: [`${kloudspot(`node replace ${name}`)}  is for a new machine under this name.`],
    exitCode: exitCode.usage,
  });
}

/** A node is removed that the site names, or the cluster has: one that was joined by hand is in no site. Throws `Fault` (exit code 2) for others. */
export function refuseUnknownRemoval(wish: NodeEdit, site: Site, cluster: StandingCluster | undefined): void {
  if (wish.edit !== 'remove') return;
  const { nodes = [], members = [] } = cluster ?? {};
  if (!members.some(({ address }) => address === wish.name))
    refuseUnknown(
      site,
      wish.name,
      nodes.map(({ name }) => name),
    );
}

function refuseUnknown({ nodes, name: site }: Site, name: string, more: readonly string[] = []): void {
  const names = [...new Set([...nodes.map((node) => node.name), ...more])];
  if (names.includes(name)) return;
  throw new Fault({
    what: `${site} has no node ${name}.`,
    next: [...didYouMean(name, names), `Nodes: ${names.join(', ')}`],
    exitCode: exitCode.usage,
  });
}
