import { defaultGroup } from '../../site/default-group.ts';
import { siteSchema } from '../../site/schema.ts';
import { defaultEngine, engineNamed } from '../../storage/engines/engines.ts';
import { groupTrouble } from '../../storage/groups.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import { defined } from '../../text/defined.ts';
import { isMapping } from '../../text/mapping.ts';
import type { WizardView } from '../page.ts';
import { chosenFeatures } from './chosen-features.ts';
import { getAt, textAt } from './draft.ts';
import { draftServices } from './draft-services.ts';

/** What the draft says about storage so far, with the defaults of the site file where it says nothing or nothing right. */
export function storageWish(view: WizardView): StorageWish {
  const storage = getAt(view.draft, ['storage']);
  const typed = getAt(storage, ['volumes']);
  const volumes = isMapping(typed)
    ? Object.fromEntries(Object.entries(typed).flatMap(([id, size]) => (typeof size === 'number' ? [[id, size]] : [])))
    : {};
  const size = getAt(storage, ['shared', 'size']);
  const storageClass = textAt(storage, ['shared', 'storageClass']);
  const localClass = textAt(storage, ['unshared', 'storageClass']);
  const reserve = getAt(storage, ['reserve']);
  const workload = siteSchema.shape.storage.unwrap().shape.workload.safeParse(getAt(storage, ['workload'])).data;
  return {
    features: [...chosenFeatures(view)],
    cluster: { services: [...(draftServices(view.draft) ?? view.product.services)] },
    storage: {
      unshared: {
        volumeGroup: textAt(storage, ['unshared', 'volumeGroup']) || likelyGroupOf(view),
        ...(localClass === '' ? {} : { storageClass: localClass }),
      },
      shared: {
        engine: engineNamed(textAt(storage, ['shared', 'engine'])) ?? defaultEngine,
        volumeGroup: textAt(storage, ['shared', 'volumeGroup']) || likelyPoolGroupOf(view),
        volume: poolVolumeOf(view),
        ...(typeof size === 'number' ? { size } : {}),
        ...(storageClass === '' ? {} : { storageClass }),
      },
      volumes,
      ...(typeof reserve === 'number' ? { reserve } : {}),
      ...defined({ workload }),
    },
  };
}

/** The volume group that most nodes have; of several, Ubuntu's own first, then the one with more free space. */
export function likelyGroupOf(view: Pick<WizardView, 'facts'>): string {
  return seenGroups(view)[0]?.name ?? defaultGroup;
}

const poolVolumeOf = ({ draft }: Pick<WizardView, 'draft'>): string =>
  textAt(draft, ['storage', 'shared', 'volume']) || 'shared';

/** The group in which most nodes have the pool's volume already, as the guide has it made before; where none has it, the likely one. */
export function likelyPoolGroupOf(view: Pick<WizardView, 'draft' | 'facts'>): string {
  const name = poolVolumeOf(view);
  const groups = [...new Set(view.facts.values())].flatMap(({ storage }) => {
    const found = storage?.logicalVolumes.find((volume) => volume.name === name);
    return found ? [found.volumeGroup] : [];
  });
  const counts = Map.groupBy(groups, (group) => group);
  const [most] = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  return most?.[0] ?? likelyGroupOf(view);
}

export interface SeenGroup {
  readonly name: string;
  readonly nodes: number;
  readonly leastFreeBytes: number;
}

/** Volume groups that can be used, by name over all nodes. */
export function seenGroups(view: Pick<WizardView, 'facts'>): readonly SeenGroup[] {
  const groups = new Map<string, SeenGroup>();
  for (const facts of new Set(view.facts.values())) {
    const { storage } = facts;
    for (const group of storage?.volumeGroups ?? []) {
      if (storage && groupTrouble(storage, group)) continue;
      const before = groups.get(group.name);
      groups.set(group.name, {
        name: group.name,
        nodes: (before?.nodes ?? 0) + 1,
        leastFreeBytes: Math.min(before?.leastFreeBytes ?? Number.POSITIVE_INFINITY, group.freeBytes),
      });
    }
  }
  return [...groups.values()].toSorted(
    (one, other) =>
      other.nodes - one.nodes ||
      Number(other.name === defaultGroup) - Number(one.name === defaultGroup) ||
      other.leastFreeBytes - one.leastFreeBytes ||
      one.name.localeCompare(other.name),
  );
}
