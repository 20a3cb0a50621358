import { estimateStorage } from '../../storage/estimate.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { carriesPool, existingVolume, sharedVolume } from '../../storage/shared.ts';
import { accessAdvice, type Check, fail, nodeCheck, type Outcome, pass, warn } from '../check.ts';

export const storageFits: Check = nodeCheck(
  {
    id: 'storage',
    title: 'Volumes fit',
    why: 'Every node must be able to carry one of each local volume and its copy of the shared pool. A pool holds 0.76 of its device: at 85 % it turns read-only, and its volumes are thin, so nothing warns before.',
    source: 'docs/storage.md; https://github.com/openebs/openebs/issues/2937',
  },
  'storage',
  (_, { node, facts, input }): Outcome => {
    const { site, product } = input;
    const [estimate] = estimateStorage({ ...site, nodes: [node] }, product, [{ ...facts, node: node.name }]).nodes;
    if (!estimate) return fail('not counted', 'The node was not counted.', { advice: accessAdvice });
    const { verdict, reason, remedies } = estimate;
    const first = remedies.find(({ enough }) => enough) ?? remedies[0];
    const rest = {
      advice: first?.text ?? 'Make the volumes smaller, or add a disk: kloudspot storage shows where it is tight',
      field: ['storage'],
    };
    if (verdict === 'ok') return pass('fits', reason);
    return verdict === 'tight'
      ? warn('tight', `It fits, but little is left. ${reason}`, rest)
      : fail('short', reason, rest);
  },
);

export const volumeGroups: Check = nodeCheck(
  {
    id: 'volume-groups',
    title: 'Volume groups are whole',
    why: 'LVM refuses every change to a group that misses a disk, and a copied disk beside its original makes it guess. Both show only when a volume is made.',
    source: 'https://man7.org/linux/man-pages/man8/vgreduce.8.html',
  },
  'storage',
  (storage, { input }): Outcome => {
    const { unshared, shared } = input.site.storage;
    const used = new Set([unshared.volumeGroup, shared.volumeGroup]);
    const troubles = storage.volumeGroups.flatMap((group) => {
      const trouble = groupTrouble(storage, group);
      return trouble ? [{ ...trouble, used: used.has(group.name) }] : [];
    });
    const [worst] = troubles.toSorted((a, b) => Number(b.used) - Number(a.used));
    if (!worst) return pass(storage.volumeGroups.map(({ name }) => name).join(', ') || 'none', 'No disk is missing.');
    return (worst.used ? fail : warn)('broken', worst.what, { advice: worst.advice });
  },
);

export const poolVolume: Check = nodeCheck(
  {
    id: 'shared-volume',
    title: 'Shared volume is blank',
    why: 'The pool takes the whole logical volume. What is on it would be lost, and cStor refuses a device with a file system.',
    source: 'https://github.com/openebs/openebs/issues/3605',
  },
  'storage',
  (_, { node, facts, input }): Outcome => {
    const place = sharedVolume(input.site, input.product);
    if (!place || !carriesPool(node.role)) return pass('not needed', 'No pool of ours lies on this node.');
    const found = existingVolume(place, facts);
    const name = `${place.group}/${place.volume}`;
    if (!found) return pass('to be made', `${name} will be made with ${place.gib} GB.`);
    if (found.contents === undefined) return pass('blank', `${name} is there, and nothing was seen on it.`);
    if (found.contents === 'zfs_member' && facts.microk8s?.installed)
      return pass('pool', `${name} carries the pool already.`);
    return fail(found.contents, `${name} holds ${found.contents}.`, {
      wanted: 'blank',
      advice: `Name another volume, or empty it knowingly: wipefs -a ${found.path}`,
      field: ['storage', 'shared', 'volume'],
    });
  },
);
