import { exactNodes, spread } from './exact.ts';
import type { Assignment, PlaceNode, PlaceVolume, Shortfall } from './model.ts';
import { type NodePlacement, placeOnNode } from './strict.ts';

/** `strict`: each node can carry one of each volume. `exact`: each copy of each volume has a node. */
export type PlaceMode = 'strict' | 'exact';

export interface PlaceRequest {
  readonly mode: PlaceMode;
  readonly nodes: readonly PlaceNode[];
  readonly volumes: readonly PlaceVolume[];
}

/** `not-found`: no way was found, and not every way was tried. */
export type PlaceVerdict = 'ok' | 'tight' | 'short' | 'not-found';

export interface Placement {
  readonly verdict: PlaceVerdict;
  readonly assignments: readonly Assignment[];
  /** What is missing, node by node; in exact mode the one node that needs the least more. */
  readonly shortfalls: readonly Shortfall[];
  /** How often a volume was tried on a node. */
  readonly tries: number;
}

/** Pure. Where the volumes go, or what is missing. Less than a tenth left of a group is tight. */
export function place({ mode, nodes, volumes }: PlaceRequest): Placement {
  if (mode === 'exact') return placeExactly(nodes, volumes);
  const placed = nodes.map((node) => placeOnNode(node, volumes));
  const assignments = placed.flatMap((each) => each.assignments);
  const shortfalls = placed.flatMap((each) => each.shortfalls);
  const tries = nodes.length * volumes.length;
  return { verdict: strictVerdict(placed, () => isTight(nodes, volumes, assignments)), assignments, shortfalls, tries };
}

function strictVerdict(placed: readonly NodePlacement[], tight: () => boolean): PlaceVerdict {
  const short = placed.filter(({ shortfalls }) => shortfalls.length > 0);
  if (short.length > 0) return short.some(({ complete }) => complete) ? 'short' : 'not-found';
  return tight() ? 'tight' : 'ok';
}

function placeExactly(nodes: readonly PlaceNode[], volumes: readonly PlaceVolume[]): Placement {
  const { assignments, complete, tries } = spread(nodes, volumes);
  if (assignments) {
    return { verdict: isTight(nodes, volumes, assignments) ? 'tight' : 'ok', assignments, shortfalls: [], tries };
  }
  const verdict = complete && nodes.length <= exactNodes ? 'short' : 'not-found';
  return { verdict, assignments: [], shortfalls: [], tries };
}

function isTight(
  nodes: readonly PlaceNode[],
  volumes: readonly PlaceVolume[],
  assignments: readonly Assignment[],
): boolean {
  const bytes = new Map(volumes.map((volume) => [volume.id, volume.bytes]));
  const used = new Map<string, number>();
  for (const { node, space, volume } of assignments) {
    const key = `${node}\n${space}`;
    used.set(key, (used.get(key) ?? 0) + (bytes.get(volume) ?? 0));
  }
  return nodes.some(({ name, groups }) =>
    groups.some((group) => {
      const taken = used.get(`${name}\n${group.name}`) ?? 0;
      const cut = group.cutBytes ?? 0;
      return cut + taken > 0 && group.freeBytes - taken < (group.freeBytes + cut) / 10;
    }),
  );
}
