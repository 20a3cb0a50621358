import type { StorageFacts } from '../facts/facts.ts';
import { carriesPool } from '../product/shape.ts';
import { defined } from '../text/defined.ts';
import { gibibyte } from './bytes.ts';
import { withDeclared } from './declared.ts';
import { placeVolumes, type StorageDemand } from './demand.ts';
import { sharedEngine } from './engines/engines.ts';
import { allocatable, type GroupRoom, groupRoom, lvBytes, notYetThere } from './group-room.ts';
import { findGroup } from './groups.ts';
import type { PlaceNode, Shortfall, Space } from './place/model.ts';
import { type Placement, place } from './place/place.ts';
import { deviceGroup, deviceTrouble, withDeviceGroup } from './pool-device.ts';
import type { WantedVolume } from './volumes.ts';

/** Room for volumes of one class on a node. Bytes of volumes, not of the devices below. */
export interface ClassRoom {
  readonly group: string;
  readonly haveBytes: number;
  readonly needBytes: number;
  readonly deficitBytes: number;
  /** The largest volume that does not fit. */
  readonly misfit?: WantedVolume;
}

export interface PoolRoom extends ClassRoom {
  readonly volume: string;
  /** Whether the logical volume lies there already. */
  readonly exists: boolean;
  /** Size of the logical volume, as it is or as it would be made. */
  readonly rawBytes: number;
  /** Size that the run grows the logical volume to, where it is there and too small. */
  readonly growsTo?: number;
}

export interface NodeRoom {
  readonly groups: readonly GroupRoom[];
  /** Undefined where nothing shared is ours to hold. */
  readonly shared?: PoolRoom;
  readonly unshared: ClassRoom;
  /** What the planner says of the node. */
  readonly placement: Placement;
}

/** The node as the planner sees it, with the volumes that still have to be made on it. */
interface Prepared {
  readonly groups: readonly GroupRoom[];
  readonly made: LogicalVolume | undefined;
  readonly pending: readonly WantedVolume[];
  readonly node: PlaceNode;
}

/**
 * What a node has and needs, counted strictly: every node must be able to carry one of each unshared volume and
 * the whole pool. The pool's logical volume is deducted before unshared volumes. `docs/storage.md`.
 */
export function nodeRoom(wanted: StorageDemand, storage: StorageFacts): NodeRoom {
  const prepared = prepare(wanted, storage);
  const { groups, made, pending, node } = prepared;
  const shared = wanted.volumes.filter((volume) => volume.class === 'shared');
  const one = { replicas: 1, workers: 1, nodes: 1 };
  const volumes = placeVolumes([...pending, ...(wanted.pool || made ? shared : [])], wanted, 1, one);
  const placement = place({ mode: 'strict', nodes: [node], volumes });
  const short = (of: Shortfall['class']) => placement.shortfalls.find((each) => each.class === of);
  const pool = poolRoom(wanted, prepared, short('shared'));
  const unshared = localRoom(wanted, prepared, storage, short('unshared'));
  return { groups, unshared, placement, ...defined({ shared: pool }) };
}

/** The node with all its free space, for placing copies over all nodes: what is made already keeps its place. */
export function placeNode(wanted: StorageDemand, storage: StorageFacts): PlaceNode {
  return prepare(wanted, storage).node;
}

function prepare(wanted: StorageDemand, seen: StorageFacts): Prepared {
  const { pool, wish } = wanted;
  const { device } = wish.storage.shared;
  const { erase } = wanted.node.storage?.shared ?? {};
  const storage = withDeviceGroup(withDeclared(seen, wanted.node), device, erase);
  const localGroup = wish.storage.unshared.volumeGroup;
  const made = madePool(wanted, storage);
  const names = new Set(pool ? [pool.group] : []);
  if (wanted.local.length > 0 || findGroup(storage, localGroup)) names.add(localGroup);
  const pending = notYetThere(wanted.local, storage, localGroup, wish.claimed);
  const groups = [...names].map((name) =>
    groupRoom(storage, name, {
      reserveGiB: name === deviceGroup ? 0 : wish.storage.reserve,
      absent: device !== undefined && name === deviceGroup ? deviceTrouble(storage, device, erase) : undefined,
      poolBytes: pool?.group === name ? Math.max(0, pool.gib * gibibyte - (made?.sizeBytes ?? 0)) : 0,
      local: name === localGroup ? pending : [],
      carries: pool?.group === name || (name === localGroup && wanted.local.length > 0),
    }),
  );
  const spaces = groups.map((group) => asSpace(group, storage, group.name !== localGroup));
  const freeBytes = poolHolds(wanted, groups, made);
  const name = `${wish.storage.shared.volumeGroup}/${wish.storage.shared.volume}`;
  const node = { name: wanted.node.name, groups: spaces };
  return {
    groups,
    made,
    pending,
    node: pool || made ? { ...node, pool: { name, freeBytes, extentBytes: 0 } } : node,
  };
}

function asSpace(group: GroupRoom, storage: StorageFacts, closed: boolean): Space {
  return {
    name: group.name,
    freeBytes: allocatable(group) - group.poolBytes,
    extentBytes: findGroup(storage, group.name)?.extentBytes ?? 0,
    cutBytes: group.poolBytes,
    closed,
  };
}

/** The pool's logical volume as it lies there; also where nothing is shared, so that it is shown for what it holds. */
function madePool({ wish, product, node }: StorageDemand, storage: StorageFacts): LogicalVolume | undefined {
  const { engine, volumeGroup, volume } = wish.storage.shared;
  if (!sharedEngine(engine).ours || !carriesPool(product, wish.nodes ?? [], node.role)) return undefined;
  return storage.logicalVolumes.find((lv) => lv.name === volume && lv.volumeGroup === volumeGroup);
}

type LogicalVolume = StorageFacts['logicalVolumes'][number];

/** Bytes of volumes that the pool holds, as it is or as the group lets it be made or grown. */
function poolHolds({ wish, pool }: StorageDemand, groups: readonly GroupRoom[], made?: LogicalVolume): number {
  const { engine, volumeGroup } = wish.storage.shared;
  const group = groups.find((each) => each.name === volumeGroup);
  const asked = (pool?.gib ?? 0) * gibibyte;
  const there = made?.sizeBytes ?? 0;
  const possible = there + (group ? allocatable(group) : 0);
  return sharedEngine(engine).usable(Math.max(there, Math.min(asked, possible)));
}

function localRoom(
  { local, wish }: StorageDemand,
  { groups, pending }: Prepared,
  storage: StorageFacts,
  short: Shortfall | undefined,
): ClassRoom {
  const name = wish.storage.unshared.volumeGroup;
  const found = findGroup(storage, name);
  const group = groups.find((each) => each.name === name);
  const needBytes = lvBytes(local, found);
  const free = group ? Math.max(0, allocatable(group) - group.poolBytes) : 0;
  const misfit = local.find(({ id }) => id === short?.misfit);
  return {
    group: name,
    haveBytes: free + needBytes - lvBytes(pending, found),
    needBytes,
    deficitBytes: short?.deficitBytes ?? 0,
    ...defined({ misfit }),
  };
}

function poolRoom(
  { wish, pool, volumes, sharedBytes }: StorageDemand,
  { made, node }: Prepared,
  short: Shortfall | undefined,
): PoolRoom | undefined {
  if (!node.pool) return undefined;
  const { volumeGroup, volume } = wish.storage.shared;
  const misfit = volumes.find(({ id }) => id === short?.misfit);
  const asked = (pool?.gib ?? 0) * gibibyte;
  const growsTo = made && asked > made.sizeBytes ? asked : undefined;
  return {
    group: volumeGroup,
    volume,
    exists: made !== undefined,
    rawBytes: made?.sizeBytes ?? asked,
    haveBytes: node.pool.freeBytes,
    needBytes: sharedBytes,
    deficitBytes: short?.deficitBytes ?? 0,
    ...defined({ misfit, growsTo }),
  };
}
