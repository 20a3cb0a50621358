import type { StorageFacts } from '../facts/facts.ts';
import { mapperPath } from '../facts/mapper-name.ts';
import type { SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { gibibyte, gigabytes } from './bytes.ts';
import { type DiskRow, diskRows } from './disks.ts';
import { isPoolMark } from './engines/engines.ts';
import { groupTrouble, reserveOf } from './groups.ts';
import { deviceAt, stableName } from './pool-device.ts';

/** Something on a node that the pool of shared volumes could lie on. */
export interface Candidate {
  readonly kind: 'disk' | 'partition' | 'volume' | 'free space';
  /** A device, `group/volume`, or the group whose free space it is. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly model?: string;
  readonly serial?: string;
  readonly transport?: string;
  readonly usable: boolean;
  /** Why it can, or cannot, carry the pool: a few words. */
  readonly why: string;
  /** What to write in site.yaml, `nodes[].storage.shared`; undefined where it is not usable. */
  readonly choice?: PoolPlace;
  /** What to write so that it is erased, once its name was typed; undefined where it is in use, too small or blank. */
  readonly erased?: PoolPlace & { readonly erase: string };
}

type PoolPlace = Readonly<
  Partial<Pick<NonNullable<NonNullable<SiteNode['storage']>['shared']>, 'volumeGroup' | 'volume' | 'device' | 'erase'>>
>;

/** What the pool must have. */
export interface PoolWish {
  readonly neededGiB: number;
  readonly group: string;
  readonly volume: string;
  /** Name of a device that the operator typed: it is erased. */
  readonly erase?: string | undefined;
  /** The disk or partition that the site, or the node, names for it. */
  readonly device?: string | undefined;
}

/** Everything of a node that could carry the pool, usable or not, those that are first. Nothing that holds data is usable. */
export function poolCandidates(storage: StorageFacts, wish: PoolWish): Candidate[] {
  const rows = diskRows(storage);
  const all = [
    ...storage.volumeGroups.map((group) => freeSpace(storage, group, wish)),
    ...rows.flatMap((row) => volumeOf(row, storage, wish) ?? []),
    ...rows.filter(({ device }) => device.type === 'disk' || device.type === 'part').map((row) => deviceOf(row, wish)),
  ];
  return all.toSorted((one, other) => Number(other.usable) - Number(one.usable));
}

/** The one that needs no question: the volume that the site names, then its group's free space, then the only group's, then the only one. */
export function defaultCandidate(candidates: readonly Candidate[], wish: PoolWish): Candidate | undefined {
  const usable = candidates.filter((each) => each.usable);
  const named = usable.find(({ kind, name }) => kind === 'volume' && name === `${wish.group}/${wish.volume}`);
  const group = usable.find(({ kind, name }) => kind === 'free space' && name === wish.group);
  const only = [usable.filter(({ kind }) => kind === 'free space'), usable].find(({ length }) => length === 1);
  return named ?? group ?? only?.[0];
}

/** What a run takes if nothing is changed, usable or not: the volume that is there, else the device, else the space of the group. */
export function namedCandidate(
  candidates: readonly Candidate[],
  { group, volume, device }: PoolWish,
  storage: StorageFacts,
): Candidate | undefined {
  const path = device === undefined ? undefined : deviceAt(storage, device)?.path;
  const found = (kind: Candidate['kind'], name: string) =>
    candidates.find((each) => each.kind === kind && each.name === name);
  const there = found('volume', `${group}/${volume}`);
  if (there || device === undefined) return there ?? found('free space', group);
  return candidates.find(({ name }) => name === path);
}

function freeSpace(storage: StorageFacts, group: StorageFacts['volumeGroups'][number], wish: PoolWish): Candidate {
  const trouble = groupTrouble(storage, group);
  const sizeBytes = Math.max(0, group.freeBytes - reserveOf(group));
  const small = tooSmall(sizeBytes, wish);
  const why = trouble?.what ?? small ?? 'a new logical volume, beside the reserve';
  const choice = { volumeGroup: group.name };
  return candidate('free space', group.name, sizeBytes, trouble || small ? why : undefined, choice, why);
}

/** A logical volume that is there; volumes of Kubernetes and of the system are not asked about. */
function volumeOf({ device }: DiskRow, storage: StorageFacts, wish: PoolWish): Candidate | undefined {
  if (device.type !== 'lvm') return undefined;
  const found = storage.logicalVolumes.find(({ path, volumeGroup, name }) =>
    [path, mapperPath(volumeGroup, name)].includes(device.path),
  );
  if (!found || found.name.startsWith('pvc-')) return undefined;
  const holds = found.carries ?? device.mountPoints[0] ?? device.fsType;
  const own = isPoolMark(holds) && found.tags.includes('kloudspot');
  const choice = { volumeGroup: found.volumeGroup, volume: found.name };
  const name = `${found.volumeGroup}/${found.name}`;
  const small = tooSmall(device.sizeBytes, wish);
  const grows =
    small !== undefined && hasRoom(storage, found.volumeGroup, wish.neededGiB * gibibyte - device.sizeBytes);
  const not = holds === undefined || own ? (grows ? undefined : small) : `holds data (${holds})`;
  const why = `${own ? 'holds the pool' : 'an existing logical volume, blank'}${grows ? ', the run grows it' : ''}`;
  return candidate('volume', name, device.sizeBytes, not, choice, why);
}

/** Beside the reserve. */
function hasRoom(storage: StorageFacts, name: string, bytes: number): boolean {
  const group = storage.volumeGroups.find((each) => each.name === name);
  return group !== undefined && !groupTrouble(storage, group) && group.freeBytes - reserveOf(group) >= bytes;
}

function deviceOf({ device, usable, why, data }: DiskRow, wish: PoolWish): Candidate {
  const kind = device.type === 'disk' ? 'disk' : 'partition';
  const small = tooSmall(device.sizeBytes, wish);
  const erased = data === undefined || small ? undefined : { device: stableName(device), erase: device.name };
  const typed = erased !== undefined && wish.erase === device.name;
  const choice = typed ? erased : { device: stableName(device) };
  const not = usable || typed ? small : why;
  const said = candidate(kind, device.path, device.sizeBytes, not, choice, typed ? `erased: ${data}` : 'blank');
  const { model, serial, transport } = device;
  return { ...said, ...defined({ model, serial, transport, erased }) };
}

function tooSmall(bytes: number, { neededGiB }: PoolWish): string | undefined {
  return bytes >= neededGiB * gibibyte ? undefined : `too small: ${gigabytes(bytes)} of ${neededGiB} GB`;
}

function candidate(
  kind: Candidate['kind'],
  name: string,
  sizeBytes: number,
  not: string | undefined,
  choice: NonNullable<Candidate['choice']>,
  why: string,
): Candidate {
  const usable = not === undefined;
  return { kind, name, sizeBytes, usable, why: not ?? why, ...(usable ? { choice } : {}) };
}
