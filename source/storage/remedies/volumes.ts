import { gibibyte, gigabytes } from '../bytes.ts';
import { type StorageDemand, storageDemand } from '../demand.ts';
import { sharedEngine } from '../engines/engines.ts';
import type { StorageWish, WantedVolume } from '../volumes.ts';
import { fits, nodeRemedy, type Remedy, type Shortage, type SiteShortage, siteRemedy } from './remedy.ts';
import { largestThatFits } from './search.ts';

/** Smaller volumes: the largest sizes with which every node fits that a size can help. */
export function reduce({ site, short }: SiteShortage): Remedy[] {
  const helped = short.filter((each) => !hasTrouble(each));
  const lacking = lackingOf(helped);
  const rest = short.filter(hasTrouble).map(({ wanted }) => wanted.node.name);
  const fitting = (sizes: Readonly<Record<string, number>>) => helped.every((each) => fits(sized(site, sizes), each));
  const said = (what: string) => {
    const but = rest.length > 0 ? ` (does not help ${rest.join(', ')})` : '';
    return siteRemedy('reduce', `Reduce ${what}${but}.`, rest.length === 0);
  };
  const single = largest(lacking).flatMap(({ id, label, gib }): Remedy[] => {
    const size = largestThatFits(gib - 1, (each) => fitting({ [id]: each }));
    return size < 1 ? [] : [said(`${label} from ${gib} to ${size} GB`)];
  });
  if (single.length > 0 || lacking.length < 2) return single;
  const sizes = inProportion(lacking, fitting);
  return sizes ? [said(lacking.map(({ id, label, gib }) => `${label} from ${gib} to ${sizes[id]} GB`).join(', '))] : [];
}

/** All in proportion, where no single one can give way enough. */
function inProportion(
  volumes: readonly WantedVolume[],
  fitting: (sizes: Readonly<Record<string, number>>) => boolean,
): Readonly<Record<string, number>> | undefined {
  const at = (permille: number): Record<string, number> =>
    Object.fromEntries(volumes.map(({ id, gib }) => [id, Math.max(1, Math.floor((gib * permille) / 1000))]));
  const permille = largestThatFits(999, (share) => fitting(at(share)));
  return permille < 1 ? undefined : at(permille);
}

/** Whether a group or device of it is missing or broken: no size helps there. */
export const hasTrouble = ({ room }: Shortage): boolean => room.groups.some((group) => group.trouble);

/** A feature less, of those that use what is short. Where every short node lacks a group, no feature is at fault. */
export function disable({ site, product, short }: SiteShortage): Remedy[] {
  if (short.every(hasTrouble)) return [];
  return site.features.flatMap((feature): Remedy[] => {
    const without = { ...site, features: site.features.filter((each) => each !== feature) };
    const freed = Math.max(...short.map((each) => total(each.wanted) - total(demandOf(without, each))));
    const enough = short.every((each) => fits(without, each));
    if (freed <= 0 || !(enough || short.some((each) => relieves(without, each)))) return [];
    const label = product.features.find(({ id }) => id === feature)?.label ?? feature;
    const text = `Turn ${label} off: frees ${gigabytes(freed)} on each node${enough ? '' : ', not enough alone'}.`;
    return [siteRemedy('disable', text, enough)];
  });
}

/** Whether a volume of a class that does not fit is gone from it with the changed site. */
function relieves(changed: StorageWish, each: Shortage): boolean {
  const left = demandOf(changed, each).volumes;
  return lackingVolumes(each).some(
    (volume) => !left.some((same) => same.id === volume.id && same.class === volume.class),
  );
}

function demandOf(site: StorageWish, { wanted }: Shortage): StorageDemand {
  return storageDemand(site, wanted.product, wanted.node);
}

function total(wanted: StorageDemand): number {
  return wanted.volumes.reduce((sum, volume) => sum + volume.gib * gibibyte, 0);
}

export function anotherNode({ room, wanted }: Shortage): Remedy {
  const { unshared, reserve } = wanted.wish.storage;
  const needs = room.groups.map((group) => {
    const pool = wanted.pool?.group === group.name ? wanted.pool.neededGiB * gibibyte : 0;
    const local = unshared.volumeGroup === group.name ? localBytes(wanted) : 0;
    return `${gigabytes(pool + local)} free in ${group.name}`;
  });
  const kept = reserve === undefined ? '10 GB or 5 % of the group' : `${reserve} GB`;
  const text = `Use another machine as ${wanted.node.name}, with ${needs.join(' and ')} beside the reserve (${kept}).`;
  return nodeRemedy('another-node', text, true);
}

function localBytes(wanted: StorageDemand): number {
  return wanted.local.reduce((sum, volume) => sum + volume.gib * gibibyte, 0);
}

/** Volumes of the classes that do not fit on some node. */
function lackingOf(short: readonly Shortage[]): WantedVolume[] {
  const volumes = new Map(short.flatMap(lackingVolumes).map((volume) => [volume.id, volume]));
  return [...volumes.values()];
}

/** Both classes where the pool still has to be cut from the same group. */
function lackingVolumes({ wanted, room }: Shortage): WantedVolume[] {
  const engine = sharedEngine(wanted.wish.storage.shared.engine);
  const crowded = room.groups.some((group) => group.leftBytes < 0 && group.name === room.unshared.group);
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

function sized(site: StorageWish, sizes: Readonly<Record<string, number>>): StorageWish {
  return { ...site, storage: { ...site.storage, volumes: { ...site.storage.volumes, ...sizes } } };
}
