import type { BlockDeviceFacts, StorageFacts } from '../../facts/facts.ts';
import { mapperPath } from '../../facts/mapper-name.ts';
import { gigabytes } from '../bytes.ts';
import type { StorageNode } from '../demand.ts';
import { findGroup, groupTrouble } from '../groups.ts';
import { fits, type Remedy, type Shortage, type SiteShortage, siteRemedy } from './remedy.ts';

/** A group that a node could use in place of the one that the site names. */
interface Choice {
  readonly short: Shortage;
  readonly group: string;
  readonly freeBytes: number;
  readonly enough: boolean;
}

/** Another group for the nodes whose own is absent or full: one sentence for the site, whatever each node has. */
export function otherGroup({ site, short }: SiteShortage): Remedy[] {
  const choices = short.flatMap((each) => choiceOf(site, each) ?? []);
  const [first] = choices;
  if (!first) return [];
  const enough = choices.length === short.length && choices.every((choice) => choice.enough);
  const same = choices.every(({ group }) => group === first.group) && choices.length === short.length;
  return [siteRemedy('other-group', same ? oneName(choices, first) : eachName(choices), enough)];
}

function oneName(choices: readonly Choice[], { short, group }: Choice): string {
  const free = gigabytes(Math.min(...choices.map(({ freeBytes }) => freeBytes)));
  const absent = choices.every((choice) =>
    lacking(choice.short).every((name) => !findGroup(choice.short.storage, name)),
  );
  const [wanted] = lacking(short);
  const renamable = absent && choices.every(({ short: { storage } }) => !isInUse(storage, group));
  const rename = renamable && wanted ? `, or give it the name wanted: vgrename ${group} ${wanted}` : '';
  const nodes = choices.length === 1 ? '' : ' or more';
  return `Name ${group} (${free}${nodes} free) as the volume group of ${namesOf(choices)} in site.yaml${rename}.`;
}

function eachName(choices: readonly Choice[]): string {
  const list = choices.map(
    ({ short, group, freeBytes }) => `${group} (${gigabytes(freeBytes)} free) on ${nameOf(short)}`,
  );
  return `Name each node's own volume group in site.yaml, nodes[].storage: ${list.join(', ')}.`;
}

const nameOf = ({ wanted }: Shortage): string => wanted.node.name;
const namesOf = (choices: readonly Choice[]): string => choices.map(({ short }) => nameOf(short)).join(', ');

/** Names of the groups that the node is short in. */
function lacking({ room }: Shortage): string[] {
  return room.groups.filter(({ leftBytes, trouble }) => trouble !== undefined || leftBytes < 0).map(({ name }) => name);
}

/** The group that carries what the node is short of; where none does, the freest if its own is not even there. */
function choiceOf(site: Shortage['wanted']['wish'], short: Shortage): Choice | undefined {
  const names = lacking(short);
  const { storage } = short;
  const candidates = storage.volumeGroups
    .filter((group) => !names.includes(group.name) && !groupTrouble(storage, group) && group.freeBytes > 0)
    .toSorted((one, other) => other.freeBytes - one.freeBytes);
  const choices = candidates.map(({ name: group, freeBytes }) => {
    const enough = fits(site, short, withGroup(short, names, group));
    return { short, group, freeBytes, enough };
  });
  const absent = names.some((name) => !findGroup(storage, name));
  return choices.find(({ enough }) => enough) ?? (absent ? choices[0] : undefined);
}

/** The node with another group in place of those; a pool that is there stays where it is. */
function withGroup({ wanted, room }: Shortage, names: readonly string[], group: string): StorageNode {
  const { node, wish } = wanted;
  const { unshared, shared } = wish.storage;
  const moved = names.includes(shared.volumeGroup) && !room.shared?.exists;
  return {
    ...node,
    storage: {
      ...node.storage,
      unshared: { volumeGroup: names.includes(unshared.volumeGroup) ? group : unshared.volumeGroup },
      shared: { ...node.storage?.shared, volumeGroup: moved ? group : shared.volumeGroup },
    },
  };
}

/** Whether / or another mounted volume lies in the group: its name is in the boot loader's settings, or in /etc/fstab. */
function isInUse(storage: StorageFacts, group: string): boolean {
  const { device } = storage.root;
  const paths = storage.logicalVolumes
    .filter(({ volumeGroup }) => volumeGroup === group)
    .flatMap(({ path, name }) => [path, mapperPath(group, name)]);
  const isMounted = ({ path, mountPoints, children }: BlockDeviceFacts): boolean =>
    (paths.includes(path) && (mountPoints.length > 0 || children.length > 0)) || children.some(isMounted);
  return device.startsWith(mapperPath(group, '')) || paths.includes(device) || storage.disks.some(isMounted);
}
