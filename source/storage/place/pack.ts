import { type Space, taken, total } from './model.ts';

interface Sized {
  readonly id: string;
  readonly bytes: number;
}

/** Volume id → name of the space; `complete` is false where the search was cut off before it had an answer. */
export interface Packing {
  readonly spaces?: ReadonlyMap<string, string>;
  readonly complete: boolean;
}

/** Tried placements of one volume, at most, before a search on one node is cut off. */
const mostTries = 20_000;

/** Whether all volumes fit into the spaces of one node, each whole in one. Exact unless `complete` is false. */
export function pack(volumes: readonly Sized[], spaces: readonly Space[]): Packing {
  const sorted = volumes.toSorted((one, other) => other.bytes - one.bytes);
  const quick = tightestFirst(sorted, spaces);
  if (quick) return { spaces: quick, complete: true };
  // In one space the order changes nothing.
  if (spaces.length < 2 || volumes.length === 0) return { complete: true };
  return search(sorted, spaces);
}

/** Each volume goes where the least is left: finds most packings at once. */
function tightestFirst(volumes: readonly Sized[], spaces: readonly Space[]): ReadonlyMap<string, string> | undefined {
  const free = spaces.map(({ freeBytes }) => freeBytes);
  const placed = new Map<string, string>();
  for (const { id, bytes } of volumes) {
    let best: { at: number; left: number; name: string } | undefined;
    for (const [at, space] of spaces.entries()) {
      const left = (free[at] ?? 0) - taken(bytes, space);
      if (left >= 0 && (!best || left < best.left)) best = { at, left, name: space.name };
    }
    if (!best) return undefined;
    free[best.at] = best.left;
    placed.set(id, best.name);
  }
  return placed;
}

function search(volumes: readonly Sized[], spaces: readonly Space[]): Packing {
  const free = spaces.map(({ freeBytes }) => freeBytes);
  const chosen: string[] = [];
  let tries = 0;
  const from = (index: number): boolean => {
    const volume = volumes[index];
    if (!volume) return true;
    const alike = new Set<number>();
    for (const [at, space] of spaces.entries()) {
      const before = free[at] ?? 0;
      const left = before - taken(volume.bytes, space);
      if (left < 0 || alike.has(before)) continue;
      if (++tries > mostTries) return false;
      alike.add(before);
      free[at] = left;
      chosen[index] = space.name;
      if (from(index + 1)) return true;
      free[at] = before;
    }
    return false;
  };
  if (!from(0)) return { complete: tries <= mostTries };
  return { spaces: new Map(volumes.map(({ id }, index) => [id, chosen[index] ?? ''])), complete: true };
}

/** The least that one of the spaces must hold more so that all fits; 0 where it fits. Bytes. */
export function growthNeeded(volumes: readonly Sized[], spaces: readonly Space[]): number {
  if (pack(volumes, spaces).spaces) return 0;
  if (spaces.length === 0) return total(volumes, { extentBytes: 0 });
  return Math.min(...spaces.map((space) => growthOf(space, volumes, spaces)));
}

function growthOf(space: Space, volumes: readonly Sized[], spaces: readonly Space[]): number {
  const unit = space.extentBytes || 1;
  const fits = (units: number): boolean => {
    const grown = { ...space, freeBytes: space.freeBytes + units * unit };
    return pack(volumes, [...spaces.filter((each) => each !== space), grown]).spaces !== undefined;
  };
  let [low, high] = [0, Math.ceil((total(volumes, space) - Math.min(0, space.freeBytes)) / unit)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  // What is missing is said to the byte, not to the extent.
  const only = spaces.length === 1 ? total(volumes, space) - space.freeBytes : low * unit;
  return Math.min(only, low * unit);
}
