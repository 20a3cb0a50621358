import type { NodeFacts, StorageFacts } from '../../facts/facts.ts';
import { asVgs, gigabytes } from '../../storage/bytes.ts';
import { diskTree } from '../../storage/disks.ts';
import { leastLeft, type StorageEstimate } from '../../storage/estimate.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { remedyKinds } from '../../storage/remedies/remedy.ts';
import type { NodeRoom } from '../../storage/room.ts';
import { kloudspot } from '../../text/command.ts';
import { listed } from '../../text/listed.ts';
import { columns } from '../../text/table.ts';

/** Volume groups and disks of one node, as they lie. */
function groupsAndDisks(storage: StorageFacts): string[] {
  const groups = storage.volumeGroups.flatMap((group) => {
    const trouble = groupTrouble(storage, group);
    return [
      `-  ${group.name} ( ${asVgs(group.sizeBytes)} - ${asVgs(group.freeBytes)} free)`,
      ...(group.devices.length > 0 ? [`   on ${group.devices.map(deviceName).join(', ')}`] : []),
      ...(trouble ? [`   not usable: ${trouble.what}`] : []),
    ];
  });
  const free = storage.volumeGroups
    .filter((group) => !groupTrouble(storage, group))
    .reduce((sum, group) => sum + group.freeBytes, 0);
  return [
    'Volume Groups:',
    ...(groups.length > 0 ? groups : ['-  none: LVM is not set up on this machine']),
    `Total Free space: ${asVgs(free)}`,
    '',
    'Disks:',
    ...diskTree(storage),
  ];
}

/** LVM calls a device that is gone `[unknown]`. */
const deviceName = (name: string): string => (name.startsWith('/') ? name : 'a missing disk');

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
  // Without a group that counts there is nothing to see.
  const counted = estimate.nodes.some(({ room }) => room !== undefined);
  const local = unshared === undefined ? (counted ? 'not asked' : 'not seen') : gigabytes(unshared);
  return `Available: Shared ${pool}, Unshared ${local}`;
}

export function requiredLine({ requiredBytes }: StorageEstimate): string {
  return `Required: Shared ${gigabytes(requiredBytes.shared)}, Unshared ${gigabytes(requiredBytes.unshared)}`;
}

/** The group of unshared volumes, or the group of each node where they differ. */
export function unsharedGroups(estimate: StorageEstimate): string | undefined {
  return placesOf(estimate, ({ unshared }) => unshared.group);
}

/** Where something lies: once where all nodes that were seen have it alike, else with the nodes. Undefined: none was seen. */
function placesOf({ nodes }: StorageEstimate, placeOf: (room: NodeRoom) => string | undefined): string | undefined {
  const seen = nodes.flatMap(({ node, room }) => {
    const place = room && placeOf(room);
    return place === undefined ? [] : [{ node, place }];
  });
  const byPlace = [...Map.groupBy(seen, ({ place }) => place)];
  const [only] = byPlace;
  if (only === undefined || byPlace.length === 1) return only?.[0];
  return byPlace.map(([place, on]) => `${place} of ${listed(on.map(({ node }) => node))}`).join(', ');
}

/** What the numbers above rest on, once. */
export function poolLines(estimate: StorageEstimate): string[] {
  const { pool } = estimate;
  if (!pool) return [];
  const there = estimate.nodes.some(({ room }) => room?.shared?.exists);
  const places = placesOf(estimate, ({ shared }) => shared && `${shared.group}/${shared.volume}`);
  const name = places ?? `${pool.group}/${pool.volume}`;
  return there
    ? [
        `(the pool is on ${name} and holds 0.76 of it: at 85 % of its capacity it turns read-only)`,
        ...growthNotes(estimate),
      ]
    : [`(the pool will be on ${name}, to be made with ${pool.gib} GB: it holds 0.76 of that)`];
}

/** Pools that the run makes larger, those that grow alike in one line. */
function growthNotes({ nodes }: StorageEstimate): string[] {
  const grown = nodes.flatMap(({ node, room }) => {
    const pool = room?.shared;
    if (pool?.growsTo === undefined) return [];
    return [
      {
        node,
        text: `from ${gigabytes(pool.rawBytes)} to ${gigabytes(pool.growsTo)}`,
        name: `${pool.group}/${pool.volume}`,
      },
    ];
  });
  return [...Map.groupBy(grown, ({ name, text }) => `(the run grows ${name} ${text}`)].map(
    ([text, on]) => `${text} on ${on.map(({ node }) => node).join(', ')})`,
  );
}

/** A row for each node, the weakest marked, then what is missing and what would help. */
export function verdictLines(estimate: StorageEstimate): string[] {
  const several = estimate.nodes.length > 1;
  const rows = estimate.nodes.map(({ node, verdict, room }) => [
    node,
    room?.shared ? gigabytes(room.shared.haveBytes) : '-',
    room ? gigabytes(room.unshared.haveBytes) : '-',
    leftOf(room),
    node === estimate.weakest && verdict !== 'ok' ? `${verdict}, the weakest` : verdict,
  ]);
  const table = columns([['Node', 'Shared', 'Unshared', 'Left', 'Verdict'], ...rows]);
  return [...(several ? ['', ...table, ''] : []), ...words(estimate)];
}

function leftOf(room: NodeRoom | undefined): string {
  const left = room && leastLeft(room);
  return left === undefined ? '-' : gigabytes(left);
}

/** Nodes on which a group that the site uses is absent or broken: no step makes that good. */
export function brokenLines({ nodes }: StorageEstimate): string[] {
  const broken = nodes.filter(({ room }) => room?.groups.some(({ trouble, carries }) => trouble && carries));
  if (broken.length === 0) return [];
  return [
    '',
    ...broken.map(({ node, reason }) => `${node}: ${reason}`),
    `What helps: ${kloudspot('storage estimate')}`,
  ];
}

function words(estimate: StorageEstimate): string[] {
  if (estimate.verdict === 'ok') return ['The configuration looks OK'];
  const said = estimate.nodes.filter(({ verdict }) => verdict !== 'ok').map(({ node, reason }) => `${node}: ${reason}`);
  const helps = remedyLines(estimate);
  return [
    headOf[estimate.verdict],
    ...said,
    ...(helps.length > 0 ? ['What helps, the cheapest first:', ...helps] : []),
    ...exactLine(estimate),
  ];
}

const headOf = {
  tight: 'The configuration fits, but little is left',
  short: 'The configuration does NOT fit',
  unknown: 'Not every node could be seen',
} as const;

/** Every way out once; what is to be done on a node says on which. */
function remedyLines({ nodes }: StorageEstimate): string[] {
  const all = nodes.flatMap(({ node, remedies }) => remedies.map((remedy) => ({ node, ...remedy })));
  const several = new Set(all.map(({ node }) => node)).size > 1;
  const inOrder = remedyKinds.flatMap((kind) => all.filter((each) => each.kind === kind));
  return [...Map.groupBy(inOrder, ({ text }) => text)].map(([text, alike]) => {
    const named = several && alike.every(({ scope, kind }) => scope === 'node' && kind !== 'another-node');
    return `  - ${named ? `${alike.map(({ node }) => node).join(', ')}: ` : ''}${text}`;
  });
}

/** Where each copy has a node although not every node can carry one. */
function exactLine({ exactly }: StorageEstimate): string[] {
  if (!exactly) return [];
  if (exactly.verdict === 'not-found') return ['A node for each copy was not found either; not every way was tried.'];
  if (exactly.verdict === 'short') return ['There are not enough nodes with space for the copies either.'];
  const byNode = Map.groupBy(exactly.assignments, ({ node }) => node);
  const list = [...byNode].map(([node, on]) => `${node} ${on.map(({ volume }) => volume).join(', ')}`);
  return [`Counted exactly every copy has a node, but a node that fails is not replaced: ${list.join('; ')}`];
}
