import type { Assignment, PlaceNode, PlaceVolume, Space } from './model.ts';
import { taken } from './model.ts';

/** Up to so many nodes every possibility is looked through; beyond, and beyond `mostTries`, only likely ones. */
export const exactNodes = 6;
/** Tried placements of one copy, at most. About half a second of search. */
const mostTries = 400_000;

export interface Spread {
  /** Undefined where none was found. */
  readonly assignments?: readonly Assignment[];
  /** True where nothing was left untried, so that "none found" means that there is none. */
  readonly complete: boolean;
  /** How often a copy was tried on a node. */
  readonly tries: number;
}

/** One copy of one volume. */
interface Copy {
  readonly volume: PlaceVolume;
  /** It goes where the copy before it went: both are mounted by one instance. */
  readonly follows: boolean;
  /** The first copy of its component's first volume. */
  readonly first: boolean;
}

/** Every copy of every volume on some node: exact up to `exactNodes`, likely placements beyond. */
export function spread(nodes: readonly PlaceNode[], volumes: readonly PlaceVolume[]): Spread {
  const copies = copiesOf(volumes);
  const likely = [roomiest, fullest].map((order) => inOrder(nodes, copies, order));
  const tries = likely.reduce((sum, each) => sum + each.tries, 0);
  const found = likely.find(({ assignments }) => assignments);
  if (found) return { ...found, complete: true, tries };
  if (nodes.length > exactNodes) return { complete: false, tries };
  return searchAll(nodes, copies);
}

/** Largest component first; the volumes of one instance behind each other. */
function copiesOf(volumes: readonly PlaceVolume[]): readonly Copy[] {
  const byComponent = Map.groupBy(volumes, ({ component, class: of }) => `${component} ${of}`);
  const bytes = (list: readonly PlaceVolume[]) => list.reduce((sum, each) => sum + each.bytes, 0);
  const components = [...byComponent.values()].toSorted((one, other) => bytes(other) - bytes(one));
  return components.flatMap((list) =>
    Array.from({ length: Math.max(...list.map(({ replicas }) => replicas)) }, (_, replica) =>
      list
        .toSorted((one, other) => other.bytes - one.bytes)
        .map((volume, index) => ({ volume, follows: index > 0, first: replica === 0 && index === 0 })),
    ).flat(),
  );
}

type Free = number[][];

const spacesOf = (node: PlaceNode, copy: Copy): readonly (Space | undefined)[] =>
  copy.volume.class === 'shared'
    ? [...node.groups.map(() => undefined), node.pool]
    : node.groups.map((group) => (group.closed ? undefined : group));

const freeOf = (nodes: readonly PlaceNode[]): Free =>
  nodes.map(({ groups, pool }) => [...groups.map(({ freeBytes }) => freeBytes), pool?.freeBytes ?? 0]);

type Order = (free: readonly number[]) => number;
const roomiest: Order = (free) => -Math.max(...free);
const fullest: Order = (free) => Math.max(...free);

/** Each component's copies on the nodes that come first by `order`: one look at each node for each copy at most. */
function inOrder(nodes: readonly PlaceNode[], copies: readonly Copy[], order: Order): Spread {
  const free = freeOf(nodes);
  const assignments: Assignment[] = [];
  let tries = 0;
  let queue: number[] = [];
  let at = -1;
  for (const copy of copies) {
    if (copy.first) queue = [...nodes.keys()].toSorted((a, b) => order(free[a] ?? []) - order(free[b] ?? []));
    if (copy.first || (!copy.follows && copy.volume.apart)) at = -1;
    let slot = -1;
    for (;;) {
      if (at < 0) {
        const next = queue.shift();
        if (next === undefined) return { complete: false, tries };
        at = next;
      }
      tries++;
      slot = slotFor(nodes[at], free[at] ?? [], copy);
      if (slot >= 0) break;
      if (copy.follows) return { complete: false, tries };
      at = -1;
    }
    const space = take(nodes[at], free[at] ?? [], copy, slot);
    assignments.push({ volume: copy.volume.id, node: nodes[at]?.name ?? '', space });
  }
  return { assignments, complete: true, tries };
}

/** The space of a node that would be left with the least; -1 where none has room. */
function slotFor(node: PlaceNode | undefined, free: readonly number[], copy: Copy): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [slot, space] of node ? spacesOf(node, copy).entries() : []) {
    const left = space ? (free[slot] ?? 0) - taken(copy.volume.bytes, space) : -1;
    if (left >= 0 && left < least) [best, least] = [slot, left];
  }
  return best;
}

function take(node: PlaceNode | undefined, free: number[], copy: Copy, slot: number): string {
  const space = node && spacesOf(node, copy)[slot];
  if (!space) return '';
  free[slot] = (free[slot] ?? 0) - taken(copy.volume.bytes, space);
  return space.name;
}

/** Depth first over all possibilities; states that failed before, up to the names of the nodes, are not tried again. */
function searchAll(nodes: readonly PlaceNode[], copies: readonly Copy[]): Spread {
  const free = freeOf(nodes);
  const chosen: Assignment[] = [];
  const failed = new Set<string>();
  let tries = 0;
  const from = (index: number, last: number): boolean => {
    const copy = copies[index];
    if (!copy) return true;
    const state = stateOf(index, copy, last, free, nodes);
    if (failed.has(state)) return false;
    for (const at of nodesFor(copy, last, nodes.length)) {
      const node = nodes[at];
      const left = free[at];
      if (!node || !left) continue;
      for (const [slot, space] of spacesOf(node, copy).entries()) {
        const before = left[slot] ?? 0;
        if (!space || before < taken(copy.volume.bytes, space)) continue;
        if (++tries > mostTries) return false;
        left[slot] = before - taken(copy.volume.bytes, space);
        chosen[index] = { volume: copy.volume.id, node: node.name, space: space.name };
        if (from(index + 1, at)) return true;
        left[slot] = before;
      }
    }
    failed.add(state);
    return false;
  };
  if (from(0, -1)) return { assignments: chosen, complete: true, tries };
  return { complete: tries <= mostTries, tries };
}

/** Copies are interchangeable, so they go to nodes in rising order. */
function nodesFor(copy: Copy, last: number, count: number): readonly number[] {
  if (copy.follows) return [last];
  if (copy.first || last < 0) return [...Array(count).keys()];
  const start = copy.volume.apart ? last + 1 : last;
  return Array.from({ length: Math.max(0, count - start) }, (_, index) => start + index);
}

function stateOf(index: number, copy: Copy, last: number, free: Free, nodes: readonly PlaceNode[]): string {
  const rows = free.map((row, at) => `${row.join(',')}/${nodes[at]?.groups.map((group) => group.extentBytes).join()}`);
  return copy.first ? `${index}|${rows.toSorted().join(';')}` : `${index}|${last}|${rows.join(';')}`;
}
