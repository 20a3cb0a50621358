import { gibibyte, gigabytes } from '../bytes.ts';
import { sharedEngine } from '../engines.ts';
import { type StorageDemand, storageDemand } from '../room.ts';
import type { StorageWish, WantedVolume } from '../volumes.ts';
import { fits, type Remedy, type Shortage } from './remedy.ts';
import { largestThatFits } from './search.ts';

export function reduce(short: Shortage): Remedy[] {
  const lacking = lackingVolumes(short);
  const single = largest(lacking).flatMap((volume): Remedy[] => {
    const gib = largestThatFits(volume.gib - 1, (size) => fits(sized(short, { [volume.id]: size }), short));
    return gib < 1
      ? []
      : [{ kind: 'reduce', text: `Reduce ${volume.label} from ${volume.gib} to ${gib} GB.`, enough: true }];
  });
  return single.length > 0 ? single : reduceAll(short, lacking);
}

/** All in proportion, where no single one can give way enough. */
function reduceAll(short: Shortage, volumes: readonly WantedVolume[]): Remedy[] {
  const at = (permille: number): Record<string, number> =>
    Object.fromEntries(volumes.map(({ id, gib }) => [id, Math.max(1, Math.floor((gib * permille) / 1000))]));
  const permille = largestThatFits(999, (share) => fits(sized(short, at(share)), short));
  if (permille < 1 || volumes.length < 2) return [];
  const sizes = at(permille);
  const list = volumes.map(({ id, label, gib }) => `${label} from ${gib} to ${sizes[id]} GB`).join(', ');
  return [{ kind: 'reduce', text: `Reduce ${list}.`, enough: true }];
}

export function disable(short: Shortage): Remedy[] {
  const { wanted } = short;
  const before = total(wanted);
  return wanted.wish.features.flatMap((feature): Remedy[] => {
    const wish = { ...wanted.wish, features: wanted.wish.features.filter((each) => each !== feature) };
    const freed = before - total(storageDemand(wish, wanted.product, wanted.role));
    const enough = fits(wish, short);
    const hopeless = short.room.groups.some((group) => group.trouble) && !enough;
    if (freed <= 0 || hopeless) return [];
    const label = wanted.product.features.find(({ id }) => id === feature)?.label ?? feature;
    const text = `Turn ${label} off: frees ${gigabytes(freed)} on each node${enough ? '' : ', not enough alone'}.`;
    return [{ kind: 'disable', text, enough }];
  });
}

function total(wanted: StorageDemand): number {
  return wanted.volumes.reduce((sum, volume) => sum + volume.gib * gibibyte, 0);
}

export function anotherNode({ room, wanted, node }: Shortage): Remedy {
  const needs = room.groups.map((group) => {
    const pool = wanted.pool?.group === group.name ? wanted.pool.neededGiB * gibibyte : 0;
    const local = wanted.wish.storage.unshared.volumeGroup === group.name ? localBytes(wanted) : 0;
    return `${gigabytes(pool + local)} free in ${group.name}`;
  });
  return {
    kind: 'another-node',
    text: `Use another machine as ${node}, with ${needs.join(' and ')} beside the reserve (10 GB or 5 % of the group).`,
    enough: true,
  };
}

function localBytes(wanted: StorageDemand): number {
  return wanted.local.reduce((sum, volume) => sum + volume.gib * gibibyte, 0);
}

/** Volumes of the classes that do not fit; both where the pool still has to be cut from the same group. */
function lackingVolumes({ wanted, room }: Shortage): WantedVolume[] {
  const engine = sharedEngine(wanted.wish.storage.shared.engine);
  const crowded = room.groups.some((group) => group.leftBytes < 0);
  const cutNow = room.groups.some((group) => group.leftBytes < 0 && group.poolBytes > 0);
  const shared = engine.ours && ((room.shared?.deficitBytes ?? 0) > 0 || cutNow);
  const local = room.unshared.deficitBytes > 0 || crowded;
  return wanted.volumes.filter((volume) => (volume.class === 'shared' ? shared : local));
}

/** The largest of each class. */
function largest(volumes: readonly WantedVolume[]): WantedVolume[] {
  const sorted = [...volumes].sort((a, b) => b.gib - a.gib);
  return ['unshared', 'shared'].flatMap((of) => sorted.find((volume) => volume.class === of) ?? []);
}

function sized({ wanted }: Shortage, sizes: Readonly<Record<string, number>>): StorageWish {
  const { wish } = wanted;
  return { ...wish, storage: { ...wish.storage, volumes: { ...wish.storage.volumes, ...sizes } } };
}
