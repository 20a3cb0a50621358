import { causes, countChecks, countText, foldNodes } from '../../check/summary.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { Product } from '../../product/schema.ts';
import type { Finding, Grade } from '../../site/finding.ts';
import type { Site, SitePath } from '../../site/schema.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { demand, volumesFor } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import type { PageId } from '../../wizard/pages.ts';
import {
  cannotBeUndone,
  countCommands,
  perhapsText,
  plannedCommands,
  plannedFiles,
  type ReviewedCommand,
  type ReviewedFile,
  reviewedFile,
} from './planned-changes.ts';

/** One subject of what will happen. */
export interface ReviewLine {
  readonly subject: string;
  readonly text: string;
  readonly grade: Grade | 'plain';
  /** Where it is changed. */
  readonly page: PageId | 'preflight' | undefined;
  readonly field: SitePath | undefined;
  /** More on it, line by line. */
  readonly detail: readonly string[];
}

/** Everything that will happen, in order, for the screen and the plain lines alike. */
export interface Review {
  readonly site: string;
  readonly lines: readonly ReviewLine[];
  readonly steps: number;
  readonly files: readonly ReviewedFile[];
  readonly commands: readonly ReviewedCommand[];
  /** Titles of the steps that have no undo; where several share one, it is there once, with their nodes. */
  readonly final: readonly string[];
  /** ms by earlier runs; undefined: no run was timed yet. */
  readonly estimateMs: number | undefined;
}

export interface ReviewInput {
  readonly site: Site;
  readonly product: Product;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly documents: readonly {
    readonly path: string;
    readonly content: string;
    readonly before: string | undefined;
  }[];
  readonly estimateMs: number | undefined;
}

/** What a run of this plan and its documents will change. */
export function reviewOf(input: ReviewInput): Review {
  const files = [...input.documents.map((file) => reviewedFile(undefined, file)), ...plannedFiles(input.plan)];
  const commands = plannedCommands(input.plan);
  const lasting = input.plan.steps.filter(cannotBeUndone);
  const final = titlesOf(lasting);
  const lines = [
    nodesLine(input.site),
    networkLine(input.site, input.plan),
    preflightLine(input.findings),
    storageLine(input.site, input.product),
    featuresLine(input.site, input.product),
    tlsLine(input.site),
    systemLine(input.site),
    filesLine(files),
    commandsLine(input.plan, lasting.length, final),
  ];
  return {
    site: input.site.name,
    lines,
    steps: input.plan.steps.length,
    files,
    commands,
    final,
    estimateMs: input.estimateMs,
  };
}

/** `Install it (ks-1, ks-2)`, or the title alone where one step has it. */
const titlesOf = (steps: Plan['steps']): string[] =>
  [...Map.groupBy(steps, ({ title }) => title)].map(([title, same]) =>
    same.length === 1 ? title : `${title} (${same.map(({ node }) => node ?? 'cluster').join(', ')})`,
  );

type Place = Pick<ReviewLine, 'page' | 'field'>;

function line(
  subject: string,
  text: string,
  place: Place,
  detail: readonly string[] = [],
  grade: ReviewLine['grade'] = 'plain',
): ReviewLine {
  return { subject, text, grade, detail, ...place };
}

function nodesLine(site: Site): ReviewLine {
  const managers = site.nodes.filter((node) => node.role === 'manager').length;
  const workers = site.nodes.length - managers;
  const survives = managers >= 3 ? 'survives the loss of one manager' : 'survives no loss of a manager';
  const text = `${counted(managers, 'manager')}${workers > 0 ? `, ${counted(workers, 'worker')}` : ''} · ${survives}`;
  const detail = site.nodes.map(
    (node) =>
      `${node.name}  ${node.reach}  ${node.role}${node.zone ? `  ${node.zone}` : ''}${node.local ? '  this machine' : ''}`,
  );
  return line(
    'Nodes',
    text,
    { page: 'nodes', field: ['nodes', 0, 'name'] },
    detail,
    managers < 3 && managers > 1 ? 'warn' : 'plain',
  );
}

function networkLine(site: Site, { steps }: Plan): ReviewLine {
  const changing = new Set(steps.flatMap(({ kind, node }) => (kind === 'network' ? [node] : [])));
  const virtual = site.network.virtualAddress;
  const detail = [
    ...site.nodes.map(
      (node) =>
        `${node.name}  ${changing.has(node.name) ? `${node.reach} → ` : ''}${node.network?.mode === 'static' ? (node.network.address ?? 'static') : 'dhcp kept'}`,
    ),
    `gateway ${site.network.gateway ?? 'none given'}`,
    `name servers ${site.network.nameservers.join(', ') || 'none given'}`,
    ...workloadDetail(site),
  ];
  const changes =
    changing.size === 0
      ? 'addresses stay'
      : counted(changing.size, 'node gets a static address', 'nodes get static addresses');
  const text = `${changes} · virtual address ${virtual ?? 'none'}`;
  return line('Network', text, { page: 'network', field: ['network', 'virtualAddress'] }, detail);
}

function workloadDetail({ network: { workload } }: Site): string[] {
  if (workload === undefined) return [];
  const served = Object.entries(workload.addresses).map(([name, address]) => `${name} ${address}`);
  return [`workload ${workload.range} by ${workload.interface}${served.length > 0 ? `: ${served.join(', ')}` : ''}`];
}

function preflightLine(findings: readonly Finding[]): ReviewLine {
  const open = foldNodes(causes(findings).filter((finding) => finding.grade !== 'pass'));
  const detail = open.map(({ who, reason }) => (who === '' ? reason : `${who}: ${reason}`));
  const place: Place = { page: 'preflight', field: open[0]?.field };
  const count = countChecks(findings);
  const accepted = [...new Set(open.flatMap((finding) => (finding.accepted ? [finding.check] : [])))];
  const text = [
    countText(count),
    ...(accepted.length > 0 ? [`failed, but accepted: ${accepted.join(', ')}`] : []),
    ...(count.failed === 0 && open.length > 0 ? ['read them first'] : []),
  ];
  const grade = count.failed > 0 ? 'fail' : open.length > 0 ? 'warn' : 'pass';
  return line('Preflight', text.join(' · '), place, detail, grade);
}

function storageLine(site: Site, product: Product): ReviewLine {
  const volumes = volumesFor(site, product);
  const place: Place = { page: 'storage', field: volumes[0] ? ['storage', 'volumes', volumes[0].id] : ['storage'] };
  if (volumes.length === 0) return line('Storage', 'nothing to store', place);
  const { shared, unshared } = site.storage;
  const { ours, label, legacy } = sharedEngine(shared.engine);
  const text = `Shared ${gigabytes(demand(volumes, 'shared'))}, Unshared ${gigabytes(demand(volumes, 'unshared'))} on each node`;
  const engine = ours
    ? `shared volumes: ${label} pool on ${shared.volumeGroup}/${shared.volume}${legacy ? ' (legacy engine)' : ''}`
    : `shared volumes: storage class ${shared.storageClass ?? '?'}`;
  const detail = [
    ...volumes.map((volume) => `${volume.label}  ${volume.gib} GB ${volume.class}  ${volume.from}`),
    engine,
    unshared.storageClass === undefined
      ? `unshared volumes: LVM in ${unshared.volumeGroup}`
      : `unshared volumes: storage class ${unshared.storageClass}`,
  ];
  return line('Storage', text, place, detail);
}

function featuresLine(site: Site, product: Product): ReviewLine {
  const on = product.features.filter((feature) => site.features.includes(feature.id)).map((feature) => feature.label);
  const first = product.features[0];
  const place: Place = { page: 'features', field: first ? ['features'] : undefined };
  return line('Features', on.join(', ') || 'none', place, [], on.length === 0 ? 'warn' : 'plain');
}

function tlsLine(site: Site): ReviewLine {
  const place: Place = { page: 'site', field: ['tls', 'mode'] };
  const name = site.customer.dnsName;
  if (site.tls.mode === 'self-signed')
    return line('TLS', `${name}, self-signed: browsers will warn`, place, [], 'warn');
  return line('TLS', `${name}, from files`, place, [`key ${site.tls.key}`, `certificate ${site.tls.certificate}`]);
}

const rebootWords: Readonly<Record<Site['system']['reboot'], string>> = {
  'when-needed': 'reboot when needed',
  always: 'reboot afterwards',
  never: 'no reboot',
};

function systemLine(site: Site): ReviewLine {
  const update = site.system.updatePackages
    ? `packages updated, ${rebootWords[site.system.reboot]}`
    : 'packages left as they are';
  const deploy = site.deploy === 'now' ? 'product in the same run' : `product later, with \`${kloudspot('start')}\``;
  return line('Run', `${update} · ${deploy}`, { page: 'features', field: ['system', 'updatePackages'] }, [
    `MicroK8s ${site.cluster.channel}`,
  ]);
}

function filesLine(files: readonly ReviewedFile[]): ReviewLine {
  const places = (state: ReviewedFile['state']) => files.filter((file) => file.state === state);
  const parts = [
    places('new').length > 0 ? `${places('new').length} new` : '',
    places('changed').length > 0 ? `${places('changed').length} changed` : '',
    places('secret').length > 0 ? `${places('secret').length} secret` : '',
    places('same').length > 0 ? `${places('same').length} as they are` : '',
  ].filter(Boolean);
  const detail = files.map((file) => `${file.node ?? 'here'}  ${file.path}  ${file.state}`);
  return line('Files', parts.join(', ') || 'none', { page: undefined, field: undefined }, detail);
}

function commandsLine(plan: Plan, lasting: number, final: readonly string[]): ReviewLine {
  const counts = countCommands(plan);
  const text = `${counts.always}${perhapsText(counts)}${lasting > 0 ? ` · ${counted(lasting, 'step')} cannot be undone` : ' · every step can be undone'}`;
  return line(
    'Commands',
    text,
    { page: undefined, field: undefined },
    final.map((title) => `cannot be undone: ${title}`),
    lasting > 0 ? 'warn' : 'plain',
  );
}
