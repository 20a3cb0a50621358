import type { NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import { instanceCounts } from '../product/shape.ts';
import { defined } from '../text/defined.ts';
import { gigabytes, gigabytesMissing } from './bytes.ts';
import { ownClass } from './classes.ts';
import { placeVolumes, type StorageDemand, type StorageNode, storageDemand } from './demand.ts';
import { type Placement, place } from './place/place.ts';
import { remediesFor } from './remedies/remedies.ts';
import type { Remedy, Shortage } from './remedies/remedy.ts';
import { type ClassRoom, type NodeRoom, nodeRoom, placeNode } from './room.ts';
import { type StorageVerdict, takes, verdictOf, worstVerdict } from './verdict.ts';
import { demand, type StorageWish, type WantedVolume } from './volumes.ts';

export interface EstimateInput extends StorageWish {
  /** Nodes to judge, in this order. Default: those whose facts are given. */
  readonly nodes?: readonly StorageNode[];
}

export interface NodeEstimate {
  readonly node: string;
  readonly verdict: StorageVerdict;
  /** One sentence. */
  readonly reason: string;
  /** Undefined where the node's disks were not seen. */
  readonly room?: NodeRoom;
  /** What would help, in the order in which to try it; empty unless short. */
  readonly remedies: readonly Remedy[];
}

/** What the chosen volumes need on every node, and what each node has. Bytes. */
export interface StorageEstimate {
  readonly volumes: readonly WantedVolume[];
  /** On each node; workers carry unshared volumes only. */
  readonly requiredBytes: { readonly shared: number; readonly unshared: number };
  /** The smallest room of any node that was seen; `shared` is undefined where the pool is not ours or nothing is shared. */
  readonly availableBytes: { readonly shared?: number; readonly unshared?: number };
  /** The logical volume under the pool, when one is needed. */
  readonly pool: StorageDemand['pool'];
  readonly nodes: readonly NodeEstimate[];
  /** The worst of all nodes. */
  readonly verdict: StorageVerdict;
  /** Where a node is short and there are more nodes than copies: a node for each copy. */
  readonly exactly?: Placement;
  /** The node with the largest deficit, or the least left over. */
  readonly weakest?: string;
}

/** Pure. Never throws on facts that are missing: such a node is `unknown`. */
export function estimateStorage(input: EstimateInput, product: Product, facts: readonly NodeFacts[]): StorageEstimate {
  const wanted = storageDemand(input, product, { name: '', reach: '', role: 'manager' });
  const counted = countNodes(input, product, facts);
  const nodes = judgeNodes(counted, input, product);
  const rooms = nodes.flatMap(({ room }) => (room ? [room] : []));
  const pools = rooms.flatMap(({ shared }) => (shared ? [shared.haveBytes] : []));
  const weakest = weakestOf(nodes);
  return {
    volumes: wanted.volumes,
    requiredBytes: { shared: wanted.sharedBytes, unshared: demand(wanted.volumes, 'unshared') },
    availableBytes: {
      ...(pools.length > 0 ? { shared: Math.min(...pools) } : {}),
      ...(rooms.length > 0 && !ownClass(input.storage, 'unshared')
        ? { unshared: Math.min(...rooms.map(({ unshared }) => unshared.haveBytes)) }
        : {}),
    },
    pool: wanted.pool,
    nodes,
    verdict: worstVerdict(nodes.map(({ verdict }) => verdict)),
    ...defined({ weakest, exactly: exactly(counted, nodes) }),
  };
}

/** A node with its demand, and with its room where its disks were seen. */
interface Counted {
  readonly wanted: StorageDemand;
  readonly seen?: Pick<Shortage, 'storage' | 'room'>;
}

function countNodes(input: EstimateInput, product: Product, facts: readonly NodeFacts[]): Counted[] {
  const asked = input.nodes ?? facts.map(({ node }) => ({ name: node, reach: node, role: 'manager' as const }));
  const byName = new Map(facts.map((each) => [each.node, each]));
  return asked.map((node) => {
    const storage = (byName.get(node.name) ?? byName.get(node.reach))?.storage;
    const wanted = storageDemand(input, product, node);
    return storage ? { wanted, seen: { storage, room: nodeRoom(wanted, storage) } } : { wanted };
  });
}

function judgeNodes(counted: readonly Counted[], site: StorageWish, product: Product): NodeEstimate[] {
  const short = counted.flatMap(({ wanted, seen }) =>
    seen && verdictOf(seen.room) === 'short' ? [{ wanted, ...seen }] : [],
  );
  const remedies = remediesFor({ site, product, short });
  return counted.map(({ wanted, seen }): NodeEstimate => {
    const node = wanted.node.name;
    if (!seen) return { node, verdict: 'unknown', reason: `The disks of ${node} were not seen.`, remedies: [] };
    const verdict = verdictOf(seen.room);
    const helps = verdict === 'short' ? remedies({ wanted, ...seen }) : [];
    return { node, verdict, reason: reasonOf(seen.room, verdict), room: seen.room, remedies: helps };
  });
}

/** Where some node is short, but not every node needs a copy: whether each copy has a node. */
function exactly(counted: readonly Counted[], nodes: readonly NodeEstimate[]): Placement | undefined {
  const [first] = counted;
  const seen = counted.flatMap(({ wanted, seen }) => (seen ? [{ wanted, ...seen }] : []));
  if (!first || seen.length < counted.length || !nodes.some(({ verdict }) => verdict === 'short')) return undefined;
  const managers = counted.filter(({ wanted }) => wanted.node.role === 'manager').length;
  if (managers === counted.length) return undefined;
  const { local, volumes: all, product } = first.wanted;
  const ours = all.filter((volume) => volume.class === 'shared' || local.includes(volume));
  const pools = counted.filter(({ wanted }) => wanted.pool).length || managers;
  const roles = counted.map(({ wanted }) => wanted.node);
  const counts = { ...instanceCounts(product, roles), replicas: managers };
  const volumes = placeVolumes(ours, first.wanted, pools, counts);
  const placed = seen.map(({ wanted, storage }) => placeNode(wanted, storage));
  return place({ mode: 'exact', nodes: placed, volumes });
}

function reasonOf(room: NodeRoom, verdict: StorageVerdict): string {
  if (verdict === 'short') return shortReason(room);
  const used = room.groups.filter(takes);
  if (used.length === 0) return 'Nothing more has to be made on it.';
  const left = used.map(({ name, leftBytes, reserveBytes }) => {
    const reserve = `beside a reserve of ${gigabytes(reserveBytes)}`;
    return `${name} keeps ${gigabytes(leftBytes)} free ${reserve}.`;
  });
  return [...growthNote(room), ...left].join(' ');
}

function growthNote({ shared }: NodeRoom): string[] {
  if (shared?.growsTo === undefined) return [];
  const { group, volume, rawBytes, growsTo } = shared;
  return [`The run grows ${group}/${volume} from ${gigabytes(rawBytes)} to ${gigabytes(growsTo)}.`];
}

function shortReason(room: NodeRoom): string {
  const troubled = room.groups.find((group) => group.trouble && group.carries);
  if (troubled?.trouble) return troubled.trouble.what;
  const { shared, unshared } = room;
  const said: string[] = [];
  if (shared && shared.deficitBytes > 0) {
    const what = shared.exists
      ? `The pool on ${shared.group}/${shared.volume} (${gigabytes(shared.rawBytes)})`
      : `A shared pool on ${shared.group}`;
    said.push(
      `${what} holds ${gigabytes(shared.haveBytes)} of ${gigabytes(shared.needBytes)} shared${missing(shared)}.`,
    );
  }
  if (unshared.deficitBytes > 0) {
    said.push(
      `${unshared.group} has room for ${gigabytes(unshared.haveBytes)} of ${gigabytes(unshared.needBytes)} unshared${missing(unshared)}.`,
    );
  }
  const full = room.groups.find((group) => takes(group) && group.leftBytes < 0);
  if (said.length === 0 && full)
    said.push(`${full.name} is ${gigabytesMissing(-full.leftBytes)} short for the pool's volume.`);
  return said.join(' ');
}

function missing({ deficitBytes, misfit }: ClassRoom): string {
  const volume = misfit ? `; ${misfit.label} (${misfit.gib} GB) does not fit` : '';
  return `, ${gigabytesMissing(deficitBytes)} short${volume}`;
}

/** What is least left of a group that something is to be made in; undefined where nothing is. */
export function leastLeft({ groups }: NodeRoom): number | undefined {
  const left = groups.filter(takes).map(({ leftBytes }) => leftBytes);
  return left.length > 0 ? Math.min(...left) : undefined;
}

function weakestOf(nodes: readonly NodeEstimate[]): string | undefined {
  let weakest: { node: string; left: number } | undefined;
  for (const { node, room } of nodes) {
    if (!room) continue;
    const short = (room.shared?.deficitBytes ?? 0) + room.unshared.deficitBytes;
    const left = short > 0 ? -short : (leastLeft(room) ?? Number.MAX_SAFE_INTEGER);
    if (!weakest || left < weakest.left) weakest = { node, left };
  }
  return weakest?.node;
}
