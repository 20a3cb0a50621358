import type { VolumeClass } from '../../product/schema.ts';
import type { Assignment, PlaceNode, PlaceVolume, Shortfall, Space } from './model.ts';
import { total } from './model.ts';
import { growthNeeded, pack } from './pack.ts';

/** What one node would carry: a copy of each volume of its classes. */
export interface NodePlacement {
  readonly assignments: readonly Assignment[];
  readonly shortfalls: readonly Shortfall[];
  /** False where a search was cut off: the volumes may fit although no way was found. */
  readonly complete: boolean;
}

/** The seed's rule: the node must be able to carry one of each volume, and its pool a copy of every shared one. */
export function placeOnNode(node: PlaceNode, volumes: readonly PlaceVolume[]): NodePlacement {
  const parts = [poolCut(node), placeClass(node, 'unshared', volumes, open(node.groups))];
  if (node.pool) parts.push(placeClass(node, 'shared', volumes, [node.pool]));
  return {
    assignments: parts.flatMap(({ assignments }) => assignments),
    shortfalls: parts.flatMap(({ shortfalls }) => shortfalls),
    complete: parts.every(({ complete }) => complete),
  };
}

/** Spaces that take volumes; what is below zero is said of the pool's own volume, not again of others. */
function open(groups: readonly Space[]): Space[] {
  return groups
    .filter(({ closed }) => !closed)
    .map((group) => (group.freeBytes < 0 ? { ...group, freeBytes: 0 } : group));
}

/** Groups that the volume under the pool does not fit into. */
function poolCut({ name: node, groups }: PlaceNode): NodePlacement {
  const shortfalls = groups
    .filter(({ freeBytes, cutBytes = 0 }) => freeBytes < 0 && cutBytes > 0)
    .map(({ name, freeBytes, cutBytes = 0 }): Shortfall => {
      const haveBytes = freeBytes + cutBytes;
      return { node, class: 'pool', space: name, needBytes: cutBytes, haveBytes, deficitBytes: -freeBytes };
    });
  return { assignments: [], shortfalls, complete: true };
}

function placeClass(
  { name: node }: PlaceNode,
  of: VolumeClass,
  all: readonly PlaceVolume[],
  spaces: readonly Space[],
): NodePlacement {
  const volumes = all.filter((volume) => volume.class === of);
  const packing = pack(volumes, spaces);
  if (packing.spaces) {
    const assignments = [...packing.spaces].map(([volume, space]) => ({ volume, node, space }));
    return { assignments, shortfalls: [], complete: true };
  }
  const extentBytes = spaces[0]?.extentBytes ?? 0;
  const shortfall: Shortfall = {
    node,
    class: of,
    space: spaces.map(({ name }) => name).join(', '),
    needBytes: total(volumes, { extentBytes }),
    haveBytes: spaces.reduce((sum, space) => sum + Math.max(0, space.freeBytes), 0),
    deficitBytes: growthNeeded(volumes, spaces),
    misfit: misfitOf(volumes, spaces),
  };
  return { assignments: [], shortfalls: [shortfall], complete: packing.complete };
}

/** Largest first: the first that does not fit beside those before it. */
function misfitOf(volumes: readonly PlaceVolume[], spaces: readonly Space[]): string {
  const sorted = volumes.toSorted((one, other) => other.bytes - one.bytes);
  const fitting: PlaceVolume[] = [];
  for (const volume of sorted) {
    if (!pack([...fitting, volume], spaces).spaces) return volume.id;
    fitting.push(volume);
  }
  return sorted[0]?.id ?? '';
}
