import type { NodeFacts, StorageFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import type { SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { gigabytes, gigabytesMissing } from './bytes.ts';
import { remediesFor } from './remedies/remedies.ts';
import type { Remedy } from './remedies/remedy.ts';
import { type ClassRoom, type NodeRoom, nodeRoom, type StorageDemand, storageDemand } from './room.ts';
import { type StorageVerdict, takes, verdictOf, worstVerdict } from './verdict.ts';
import { demand, type StorageWish, type WantedVolume } from './volumes.ts';

export interface EstimateInput extends StorageWish {
  /** Nodes to judge, in this order. Default: those whose facts are given. */
  readonly nodes?: readonly Pick<SiteNode, 'name' | 'reach' | 'role'>[];
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
  /** The node with the largest deficit, or the least left over. */
  readonly weakest?: string;
}

/** Pure. Never throws on facts that are missing: such a node is `unknown`. */
export function estimateStorage(input: EstimateInput, product: Product, facts: readonly NodeFacts[]): StorageEstimate {
  const wanted = storageDemand(input, product);
  const asked = input.nodes ?? facts.map(({ node }) => ({ name: node, reach: node, role: 'manager' as const }));
  const nodes = asked.map((node) => {
    const seen = facts.find((each) => each.node === node.name) ?? facts.find((each) => each.node === node.reach);
    return judgeNode(storageDemand(input, product, node.role), node.name, seen?.storage);
  });
  const rooms = nodes.flatMap(({ room }) => (room ? [room] : []));
  const pools = rooms.flatMap(({ shared }) => (shared ? [shared.haveBytes] : []));
  const weakest = weakestOf(nodes);
  return {
    volumes: wanted.volumes,
    requiredBytes: { shared: wanted.sharedBytes, unshared: demand(wanted.volumes, 'unshared') },
    availableBytes: {
      ...(pools.length > 0 ? { shared: Math.min(...pools) } : {}),
      ...(rooms.length > 0 ? { unshared: Math.min(...rooms.map(({ unshared }) => unshared.haveBytes)) } : {}),
    },
    pool: wanted.pool,
    nodes,
    verdict: worstVerdict(nodes.map(({ verdict }) => verdict)),
    ...defined({ weakest }),
  };
}

function judgeNode(wanted: StorageDemand, node: string, storage: StorageFacts | undefined): NodeEstimate {
  if (!storage) return { node, verdict: 'unknown', reason: `The disks of ${node} were not seen.`, remedies: [] };
  const room = nodeRoom(wanted, storage);
  const verdict = verdictOf(room);
  const remedies = verdict === 'short' ? remediesFor(wanted, storage, node) : [];
  return { node, verdict, reason: reasonOf(room, verdict), room, remedies };
}

function reasonOf(room: NodeRoom, verdict: StorageVerdict): string {
  if (verdict === 'short') return shortReason(room);
  const used = room.groups.filter(takes);
  if (used.length === 0) return 'Nothing more has to be made on it.';
  return used
    .map(({ name, leftBytes, reserveBytes }) => {
      const reserve = `beside a reserve of ${gigabytes(reserveBytes)}`;
      return `${name} keeps ${gigabytes(leftBytes)} free ${reserve}.`;
    })
    .join(' ');
}

function shortReason(room: NodeRoom): string {
  const troubled = room.groups.find((group) => group.trouble && takes(group));
  if (troubled?.trouble) return troubled.trouble.what;
  const { shared, unshared } = room;
  const said: string[] = [];
  if (shared && shared.deficitBytes > 0) {
    const what = shared.exists
      ? `The pool on ${shared.group}/${shared.volume} (${gigabytes(shared.rawBytes)})`
      : `A pool on ${shared.group}`;
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

function weakestOf(nodes: readonly NodeEstimate[]): string | undefined {
  let weakest: { node: string; left: number } | undefined;
  for (const { node, room } of nodes) {
    if (!room) continue;
    const short = (room.shared?.deficitBytes ?? 0) + room.unshared.deficitBytes;
    const left = short > 0 ? -short : Math.min(...room.groups.map((group) => group.leftBytes), Number.MAX_SAFE_INTEGER);
    if (!weakest || left < weakest.left) weakest = { node, left };
  }
  return weakest?.node;
}
