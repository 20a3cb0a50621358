import { columns } from '../text/table.ts';
import type { CertificateStatus, ComponentStatus, NodeStatus, StatusReport } from './report.ts';

/** The report as plain lines without control codes; the same words as on the live page. */
export function reportLines(report: StatusReport): string[] {
  return [
    ...verdictLines(report),
    '',
    ...nodeTable(report.nodes),
    '',
    ...clusterLines(report),
    ...certificateLines(report.certificates),
    ...partLines(report.components),
    ...poolLines(report),
    ...claimLines(report),
  ];
}

/** The verdict, its reasons and the next command. */
export function verdictLines(report: StatusReport): string[] {
  return [
    `${report.site} is ${report.verdict.toUpperCase()} as of ${report.at.slice(11, 19)} UTC`,
    ...report.reasons.map((reason) => `  ${reason}`),
    ...(report.next === undefined ? [] : [`  Next: ${report.next}`]),
  ];
}

function nodeTable(nodes: readonly NodeStatus[]): string[] {
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.datastore === 'voter' ? 'yes' : (node.datastore ?? '-'),
    stateWords(node),
    node.version === undefined ? '-' : `${node.version}${node.snap?.held === false ? ', not held' : ''}`,
    node.pods === undefined ? '-' : `${node.pods.ready} of ${node.pods.all}`,
  ]);
  return columns([['Node', 'Role', 'Votes', 'State', 'Version', 'Parts ready'], ...rows]);
}

function stateWords({ state, holdsVirtualAddress, answers, inSite }: NodeStatus): string {
  const reach = state !== 'ready' && answers ? ', machine answers' : '';
  return `${state}${inSite ? '' : ', not in site.yaml'}${holdsVirtualAddress ? ', holds the virtual address' : ''}${reach}`;
}

function clusterLines({ datastore, virtualAddress, release, through }: StatusReport): string[] {
  return [
    ...(through === undefined ? [] : [`Asked through ${through}.`]),
    ...(datastore
      ? [
          `Datastore: ${datastore.living} of ${datastore.voters} voting members online; it survives ${survived(datastore.survives)} now.`,
        ]
      : []),
    ...(virtualAddress ? [`Virtual address ${virtualAddress.address}: ${addressWords(virtualAddress)}.`] : []),
    ...(release ? [releaseWords(release)] : []),
  ];
}

function survived(count: number): string {
  if (count === 1) return 'the loss of one';
  return count > 1 ? `the loss of ${count}` : 'no loss';
}

function addressWords({ given, holder, since }: NonNullable<StatusReport['virtualAddress']>): string {
  if (given === undefined) return 'not known';
  if (!given) return 'not assigned';
  const from = since === undefined ? '' : ` since ${since.slice(0, 10)} ${since.slice(11, 19)} UTC`;
  return holder === undefined ? 'assigned' : `assigned, held by ${holder}${from}`;
}

function releaseWords({ name, chart, revision, status, differs }: NonNullable<StatusReport['release']>): string {
  const values = differs === undefined ? '' : differs.length === 0 ? ', values of site.yaml' : ', other values';
  return `Product: ${chart}, release ${name}, revision ${revision}, ${status}${values}.`;
}

/** One line: the kinds, each with the fewest days that any node has left. */
function certificateLines(certificates: readonly CertificateStatus[]): string[] {
  const kinds = [...new Set(certificates.map(({ name }) => name))];
  if (kinds.length === 0) return [];
  const days = kinds.map((kind) => {
    const all = certificates.filter(({ name }) => name === kind);
    return `${kind} ${Math.min(...all.map(({ daysLeft }) => daysLeft))}`;
  });
  return [`Certificates, days left: ${days.join(', ')}.`];
}

/** Those that lost something first, by what the loss of a node does to them. */
const titles = { waiting: 'Waits', degraded: 'Degraded', moved: 'Moved', complete: '' } as const;
const states = ['waiting', 'degraded', 'moved', 'complete'] as const;

function partLines(components: readonly ComponentStatus[]): string[] {
  if (components.length === 0) return [];
  const ordered = states.flatMap((state) => components.filter((component) => component.state === state));
  const rows = ordered.map(({ name, ready, wanted, loss, state, words, nodes, uneven }) => [
    name,
    `${ready} of ${wanted}`,
    kinds[loss],
    state === 'complete' ? placeWords(nodes, uneven) : `${titles[state]}: ${words}`,
  ]);
  return ['', ...columns([['Part', 'Ready', 'Kind', 'Where'], ...rows])];
}

const kinds = { stateless: 'stateless', 'stateful-lvm': 'on LVM', 'stateful-shared': 'on shared storage' } as const;

function placeWords(nodes: ComponentStatus['nodes'], uneven: boolean): string {
  const places = nodes.map(({ node, ready }) => (ready === 1 ? node : `${node} (${ready})`)).join(', ');
  return uneven ? `${places}, uneven` : places;
}

function poolLines({ pools }: StatusReport): string[] {
  if (pools.length === 0) return [];
  return [
    '',
    ...columns([['Storage pool', 'Node', 'State'], ...pools.map(({ name, node, state }) => [name, node, state])]),
  ];
}

function claimLines({ claims }: StatusReport): string[] {
  if (claims.length === 0) return [];
  const rows = claims.map(({ name, bound, size, class: kind }) => [name, size, kind, bound ? 'bound' : 'pending']);
  return ['', ...columns([['Volume', 'Size', 'Class', 'State'], ...rows])];
}
