import { columns } from '../text/table.ts';
import type { NodeStatus, StatusReport } from './report.ts';

/** The report as plain lines without control codes; the same words as on the live page. */
export function reportLines(report: StatusReport): string[] {
  return [
    `${report.site} is ${report.verdict.toUpperCase()} as of ${report.at.slice(11, 19)} UTC`,
    ...report.reasons.map((reason) => `  ${reason}`),
    ...(report.next === undefined ? [] : [`  Next: ${report.next}`]),
    '',
    ...nodeTable(report.nodes),
    '',
    ...clusterLines(report),
    ...componentLines(report),
    ...claimLines(report),
  ];
}

function nodeTable(nodes: readonly NodeStatus[]): string[] {
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.datastore === 'voter' ? 'yes' : (node.datastore ?? '-'),
    stateWords(node),
    node.pods === undefined ? '-' : `${node.pods.ready} of ${node.pods.all}`,
  ]);
  return columns([['Node', 'Role', 'Voter', 'State', 'Parts ready'], ...rows]);
}

function stateWords({ state, holdsVirtualAddress, answers }: NodeStatus): string {
  const reach = state !== 'ready' && answers ? ', machine answers' : '';
  return `${state}${holdsVirtualAddress ? ', holds the virtual address' : ''}${reach}`;
}

function clusterLines({ datastore, virtualAddress, release, through }: StatusReport): string[] {
  const survives =
    datastore &&
    (datastore.survives === 1
      ? 'the loss of one'
      : datastore.survives > 1
        ? `the loss of ${datastore.survives}`
        : 'no loss');
  return [
    ...(through === undefined ? [] : [`Asked through ${through}.`]),
    ...(datastore
      ? [`Datastore: ${datastore.living} of ${datastore.voters} voters live; it survives ${survives} now.`]
      : []),
    ...(virtualAddress
      ? [
          `Virtual address ${virtualAddress.address}: ${virtualAddress.given === undefined ? 'not known' : virtualAddress.given ? `given${virtualAddress.holder ? `, held by ${virtualAddress.holder}` : ''}` : 'not given'}.`,
        ]
      : []),
    ...(release
      ? [`Product: ${release.chart}, release ${release.name}, revision ${release.revision}, ${release.status}.`]
      : []),
  ];
}

function componentLines({ components }: StatusReport): string[] {
  if (components.length === 0) return [];
  return [
    '',
    ...columns([['Part', 'Ready'], ...components.map(({ name, ready, wanted }) => [name, `${ready} of ${wanted}`])]),
  ];
}

function claimLines({ claims }: StatusReport): string[] {
  if (claims.length === 0) return [];
  const rows = claims.map(({ name, bound, size, class: kind }) => [name, size, kind, bound ? 'there' : 'waiting']);
  return ['', ...columns([['Volume', 'Size', 'Class', 'State'], ...rows])];
}
