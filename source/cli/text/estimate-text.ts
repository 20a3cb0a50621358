import type { NodeFacts, StorageFacts } from '../../facts/facts.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { diskTree } from '../../storage/disks.ts';
import type { StorageEstimate } from '../../storage/estimate.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { columns } from '../../text/table.ts';

/** Volume groups and disks of one node, as they lie. */
export function groupsAndDisks(storage: StorageFacts): string[] {
  const groups = storage.volumeGroups.flatMap((group) => {
    const trouble = groupTrouble(storage, group);
    return [
      `-  ${group.name} ( ${gigabytes(group.sizeBytes)} - ${gigabytes(group.freeBytes)} free)`,
      ...(group.devices.length > 0 ? [`   on ${group.devices.join(', ')}`] : []),
      ...(trouble ? [`   not usable: ${trouble.what}`] : []),
    ];
  });
  const free = storage.volumeGroups
    .filter((group) => !groupTrouble(storage, group))
    .reduce((sum, group) => sum + group.freeBytes, 0);
  return [
    'Volume Groups:',
    ...(groups.length > 0 ? groups : ['-  none: LVM is not set up on this machine']),
    `Total Free space: ${gigabytes(free)}`,
    '',
    'Disks:',
    ...diskTree(storage),
  ];
}

/** The same for several nodes, each under its name; nodes that look alike stand there once. */
export function groupsAndDisksOf(
  nodes: readonly { readonly name: string }[],
  facts: ReadonlyMap<string, NodeFacts>,
  unreached: ReadonlyMap<string, string>,
): string[] {
  const byLooks = new Map<string, string[]>();
  for (const { name } of nodes) {
    const storage = facts.get(name)?.storage;
    const why = unreached.get(name) ?? facts.get(name)?.problems['storage'] ?? 'no reason given';
    const text = storage ? groupsAndDisks(storage).join('\n') : `Its disks were not seen: ${why}`;
    byLooks.set(text, [...(byLooks.get(text) ?? []), name]);
  }
  return [...byLooks].flatMap(([text, names]) => [
    ...(nodes.length === 1 ? [] : [names.length === 1 ? `Node ${names[0]}` : `Nodes ${names.join(', ')}, each`]),
    ...text.split('\n'),
    '',
  ]);
}

export function availableLine(estimate: StorageEstimate): string {
  const { shared, unshared } = estimate.availableBytes;
  const pool = shared === undefined ? 'not asked' : gigabytes(shared);
  return `Available: Shared ${pool}, Unshared ${unshared === undefined ? 'not seen' : gigabytes(unshared)}`;
}

export function requiredLine({ requiredBytes }: StorageEstimate): string {
  return `Required: Shared ${gigabytes(requiredBytes.shared)}, Unshared ${gigabytes(requiredBytes.unshared)}`;
}

/** What the numbers above rest on, once. */
export function poolLines(estimate: StorageEstimate): string[] {
  const { pool } = estimate;
  if (!pool) return [];
  const there = estimate.nodes.some(({ room }) => room?.shared?.exists);
  const name = `${pool.group}/${pool.volume}`;
  return there
    ? [`(the pool lies on ${name} and holds 0.76 of it: at 85 % of its capacity it turns read-only)`]
    : [`(the pool will lie on ${name}, to be made with ${pool.gib} GB: it holds 0.76 of that)`];
}

/** A row for each node, the weakest marked, then what is missing and what would help. */
export function verdictLines(estimate: StorageEstimate): string[] {
  const several = estimate.nodes.length > 1;
  const rows = estimate.nodes.map(({ node, verdict, room }) => [
    node,
    room?.shared ? gigabytes(room.shared.haveBytes) : '-',
    room ? gigabytes(room.unshared.haveBytes) : '-',
    room && room.groups.length > 0 ? gigabytes(Math.min(...room.groups.map(({ leftBytes }) => leftBytes))) : '-',
    node === estimate.weakest && estimate.verdict !== 'ok' ? `${verdict}, the weakest` : verdict,
  ]);
  const table = columns([['Node', 'Shared', 'Unshared', 'Left', 'Verdict'], ...rows]);
  return [...(several ? ['', ...table, ''] : []), ...words(estimate)];
}

function words(estimate: StorageEstimate): string[] {
  if (estimate.verdict === 'ok') return ['The configuration looks OK'];
  const said = estimate.nodes
    .filter(({ verdict }) => verdict !== 'ok')
    .flatMap(({ node, reason, remedies }) => [`${node}: ${reason}`, ...remedies.map(({ text }) => `  - ${text}`)]);
  const head = {
    tight: 'The configuration fits, but little is left',
    short: 'The configuration does NOT fit',
    unknown: 'Not every node could be seen',
  }[estimate.verdict];
  return [head, ...said];
}
