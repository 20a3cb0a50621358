import type { NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import { isIn } from '../site/address-rules.ts';
import type { Finding } from '../site/finding.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import type { StatusReport } from '../status/report.ts';
import { gigabytes } from '../storage/bytes.ts';
import { volumesFor } from '../storage/volumes.ts';
import { type Markup, markup, table } from './markup.ts';
import { style } from './style.ts';
import { type PictureNode, topologyPicture } from './topology.ts';

/** One run as the document lists it. */
export interface ReportedRun {
  readonly run: string;
  /** ISO 8601; undefined where none began it. */
  readonly at: string | undefined;
  readonly who: string;
  /** What was asked for, in the words of the command. */
  readonly asked: string;
  readonly result: string;
}

/** What the as-built document is made from. */
export interface AsBuilt {
  readonly site: Site;
  readonly product: Product;
  readonly status: StatusReport;
  /** By node name; a node that was not reached is missing. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly findings: readonly Finding[];
  readonly runs: readonly ReportedRun[];
  /** `kloudspot 0.1.0`. */
  readonly program: string;
  /** Name of the scenario when the machines are simulated. */
  readonly rehearsal?: string | undefined;
}

/** The as-built document of a site: one HTML page without a link to anything outside, made to be printed. */
export function asBuiltDocument(built: AsBuilt): string {
  const sections = sectionsOf(built);
  const { site, status, program, rehearsal } = built;
  const note =
    rehearsal === undefined ? [] : [markup`<p class="rehearsal">REHEARSAL ${rehearsal}: no machine is touched.</p>`];
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"/><title>${site.name} as built</title><style>${style}</style></head><body>
<h1>${site.name} as built</h1>${note}
<p>${minuteOf(status.at)} UTC, by ${program}. The cluster is <strong class="${status.verdict}">${status.verdict}</strong>.</p>
${status.reasons.length === 0 ? [] : [list(status.reasons)]}
<nav><ol>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
${sections.map(({ id, title, body }) => markup`<section id="${id}"><h2>${title}</h2>${body}</section>`)}
</body></html>
`;
  return page.text;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

function sectionsOf(built: AsBuilt): readonly Section[] {
  return [
    {
      id: 'topology',
      title: 'Topology',
      body: topologyPicture(
        built.site,
        built.site.nodes.map((node) => pictured(built, node)),
      ),
    },
    { id: 'machines', title: 'Machines', body: machines(built) },
    { id: 'network', title: 'Network', body: network(built) },
    { id: 'storage', title: 'Storage', body: storage(built) },
    { id: 'cluster', title: 'Cluster', body: cluster(built) },
    { id: 'product', title: 'Product', body: product(built) },
    { id: 'certificates', title: 'Certificates', body: certificates(built) },
    { id: 'findings', title: 'Checks that do not pass', body: openFindings(built) },
    { id: 'runs', title: 'Runs', body: runs(built) },
  ];
}

function pictured({ status, facts, site }: AsBuilt, node: SiteNode): PictureNode {
  const seen = status.nodes.find(({ name }) => name === node.name);
  const groups = facts.get(node.name)?.storage?.volumeGroups ?? [];
  return {
    node,
    address: addressOf(node),
    state: seen?.state,
    holdsVirtualAddress: site.network.virtualAddress !== undefined && (seen?.holdsVirtualAddress ?? false),
    workload: workloadPlace({ site, facts }, node),
    storage: groups.map(
      ({ name, sizeBytes, freeBytes }) => `${name} ${gigabytes(sizeBytes - freeBytes)} of ${gigabytes(sizeBytes)} used`,
    ),
  };
}

/** `eno2 10.20.0.11/24`: by which interface, and at which address, a node is in the network for workload. */
function workloadPlace({ site, facts }: Pick<AsBuilt, 'site' | 'facts'>, node: SiteNode): string | undefined {
  const { workload } = site.network;
  if (workload === undefined) return undefined;
  const name = node.workloadInterface ?? workload.interface;
  const nic = facts.get(node.name)?.network?.interfaces.find((face) => face.name === name);
  const own = nic?.addresses.find(({ address }) => !address.includes(':') && isIn(address, workload.range));
  return own === undefined ? name : `${name} ${own.address}/${own.prefix}`;
}

/** `2026-01-31 14:02` of an ISO 8601 time. */
const minuteOf = (at: string): string => at.slice(0, 16).replace('T', ' ');

const addressOf = (node: SiteNode): string => node.network?.address ?? node.reach;

function machines({ site, facts }: AsBuilt): Markup {
  const rows = site.nodes.map(({ name, role, zone }) => {
    const seen = facts.get(name);
    const { system, cpu, memory } = seen ?? {};
    const disks = seen?.storage?.disks.filter(({ type }) => type === 'disk') ?? [];
    return [
      name,
      role,
      zone ?? '',
      seen ? (system?.prettyName ?? '') : 'not reached',
      system?.kernel ?? '',
      cpu ? `${cpu.cores} × ${cpu.model}` : '',
      memory ? gigabytes(memory.totalBytes) : '',
      disks
        .map(({ name: disk, sizeBytes, model }) => [disk, gigabytes(sizeBytes), model].filter(Boolean).join(' '))
        .join('; '),
    ];
  });
  return table(['Node', 'Role', 'Zone', 'System', 'Kernel', 'Processor', 'Memory', 'Disks'], rows);
}

function network({ site, facts }: AsBuilt): Markup {
  const rows = site.nodes.map((node) => {
    const address = addressOf(node).split('/')[0];
    const nic = facts
      .get(node.name)
      ?.network?.interfaces.find(({ addresses }) => addresses.some((one) => one.address === address));
    return [
      node.name,
      addressOf(node),
      node.network?.mode ?? '',
      nic?.name ?? '',
      nic?.mac ?? '',
      nic ? String(nic.mtu) : '',
    ];
  });
  const { virtualAddress, gateway, nameservers, search, workload } = site.network;
  const shared = table(
    ['Virtual address', 'DNS name', 'Gateway', 'Name servers', 'Search domains'],
    [[virtualAddress ?? 'none', site.customer.dnsName, gateway ?? '', nameservers.join(', '), search.join(', ')]],
  );
  return markup`${table(['Node', 'Address', 'Mode', 'Interface', 'Hardware address', 'MTU'], rows)}${shared}${workload === undefined ? [] : [secondNetwork({ site, facts }, workload)]}`;
}

function secondNetwork(
  built: Pick<AsBuilt, 'site' | 'facts'>,
  { range, addresses }: NonNullable<Site['network']['workload']>,
): Markup {
  const served = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  const rows = built.site.nodes.map((node) => [node.name, workloadPlace(built, node) ?? '']);
  return markup`${table(['Network for workload', 'Services listen at'], [[range, served.join(', ') || 'none']])}${table(['Node', 'In it by'], rows)}`;
}

function storage({ site, product: of, status }: AsBuilt): Markup {
  const volumes = volumesFor(site, of).map(({ label, class: kind, gib, from }) => [label, kind, `${gib} GB`, from]);
  const claims = status.claims.map(({ name, size, class: kind, bound }) => [
    name,
    size,
    kind,
    bound ? 'bound' : 'not bound',
  ]);
  const pools = status.pools.map(({ name, node, state }) => [name, node, state]);
  return markup`${table(['Volume', 'Class', 'Size', 'Size from'], volumes)}
<h3>Claims</h3>${table(['Claim', 'Size', 'Storage class', 'State'], claims)}
<h3>Storage pools</h3><p>The space on the managers that holds shared volumes.</p>${table(['Storage pool', 'Node', 'State'], pools)}`;
}

function cluster({ site, status }: AsBuilt): Markup {
  const rows = status.nodes.map(({ name, role, state, datastore, version, snap }) => [
    name,
    role,
    state,
    datastore ? memberWords[datastore] : '',
    version ?? '',
    snap ? `${snap.channel}, revision ${snap.revision}${snap.held ? ', held' : ', not held'}` : '',
  ]);
  const { datastore } = status;
  const voters = datastore
    ? markup`<p>${datastore.living} of ${datastore.voters} voting members of the datastore are online; ${datastore.survives} more may be lost.</p>`
    : markup`<p>The datastore was not queried.</p>`;
  return markup`<p>Channel ${site.cluster.channel}.</p>${table(['Node', 'Role', 'State', 'Datastore', 'Kubelet', 'Snap'], rows)}${voters}`;
}

/** What a member of the datastore does: more than half of those that vote must live. */
const memberWords = { voter: 'votes', standby: 'stands by for a vote', spare: 'does not vote' } as const;

function product({ site, product: of, status }: AsBuilt): Markup {
  const { release } = status;
  const features = site.features.map((id) => of.features.find((feature) => feature.id === id)?.label ?? id);
  const installed = release
    ? markup`<p>Release ${release.name}, revision ${release.revision}, chart ${release.chart}: ${release.status}.</p>`
    : markup`<p>Not installed.</p>`;
  const rows = status.components.map(({ name, kind, ready, wanted, nodes }) => [
    name,
    kind,
    `${ready} of ${wanted}`,
    nodes.map(({ node }) => node).join(', '),
  ]);
  return markup`<p>${of.name}. Features: ${features.join(', ') || 'none'}. Customer reference: ${site.customer.reference}.</p>
${installed}${table(['Component', 'Kind', 'Ready', 'On'], rows)}`;
}

function certificates({ status }: AsBuilt): Markup {
  const rows = status.certificates.map(({ name, node, until, daysLeft }) => [
    name,
    node ?? 'cluster',
    until.slice(0, 10),
    daysLeft < 0 ? 'ended' : String(daysLeft),
  ]);
  return table(['Certificate', 'Node', 'Valid until', 'Days left'], rows);
}

function openFindings({ findings }: AsBuilt): Markup {
  const rows = findings
    .filter(({ grade }) => grade !== 'pass')
    .map(({ grade, nodes, reason, advice }) => [grade, nodes.join(', ') || 'site', reason, advice ?? '']);
  return table(['Grade', 'Where', 'What', 'What to do'], rows);
}

function runs(built: AsBuilt): Markup {
  const rows = built.runs.map(({ run, at, who, asked, result }) => [
    run,
    at === undefined ? '' : minuteOf(at),
    who,
    asked,
    result,
  ]);
  return table(['Run', 'Began (UTC)', 'Who', 'For', 'Result'], rows);
}

const list = (lines: readonly string[]): Markup => markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
