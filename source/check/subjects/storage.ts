import type { StorageFacts } from '../../facts/facts.ts';
import { accessTroubles } from '../../storage/access.ts';
import { gibibyte, gigabytes } from '../../storage/bytes.ts';
import { claimedSizes } from '../../storage/claims.ts';
import { declaredTrouble } from '../../storage/declared.ts';
import { storageDemand } from '../../storage/demand.ts';
import { isPoolMark } from '../../storage/engines/engines.ts';
import { estimateStorage, type StorageEstimate } from '../../storage/estimate.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { storageOf } from '../../storage/per-node.ts';
import { type ExistingVolume, existingVolume } from '../../storage/shared.ts';
import { kloudspot } from '../../text/command.ts';
import {
  accessAdvice,
  type Check,
  type CheckInput,
  factsOf,
  fail,
  nodeCheck,
  type Outcome,
  pass,
  perInput,
  siteCheck,
  warn,
} from '../check.ts';

export const storageFits: Check = nodeCheck(
  {
    id: 'storage',
    title: 'Space for volumes',
    why: 'Every node must be able to carry one of each unshared volume and its copy of the shared pool. A pool holds 0.76 of its device: at 85 % it turns read-only, and its volumes are thin, so nothing warns before.',
    source: 'docs/storage.md; https://github.com/openebs/openebs/issues/2937',
  },
  'storage',
  (_, { index, input }): Outcome => {
    const { nodes, exactly } = siteEstimate(input);
    const estimate = nodes[index];
    if (!estimate) return fail('not counted', 'The node was not counted.', { advice: accessAdvice });
    const { verdict, reason, remedies } = estimate;
    if (verdict === 'ok') return pass('fits', reason);
    const advice = remedies.map(({ text }) => text).join(' Or: ');
    const rest = {
      advice:
        advice || `Make the volumes smaller, or add a disk: ${kloudspot('storage estimate')}  shows where it is tight`,
      field: ['storage'],
    };
    if (verdict === 'tight') return warn('tight', `It fits, but little is left. ${reason}`, rest);
    const spread = exactly && exactly.assignments.length > 0;
    const elsewhere = spread ? ' The other nodes have space for every copy, but not after a failure.' : '';
    return fail('short', `${reason}${elsewhere}`, rest);
  },
);

const estimates = new WeakMap<CheckInput, StorageEstimate>();

/** Counted once over all nodes: what helps is a choice of the site. */
function siteEstimate(input: CheckInput): StorageEstimate {
  const known = estimates.get(input);
  if (known) return known;
  const { site, product, evidence } = input;
  const facts = site.nodes.flatMap((node) => {
    const seen = factsOf(input, node);
    return seen ? [{ ...seen, node: node.name }] : [];
  });
  const claimed = evidence?.claims && claimedSizes(site, product, { claims: evidence.claims });
  const estimate = estimateStorage({ ...site, claimed }, product, facts);
  estimates.set(input, estimate);
  return estimate;
}

export const volumeGroups: Check = nodeCheck(
  {
    id: 'volume-groups',
    title: 'State of volume groups',
    why: 'LVM refuses every change to a group that is missing a disk, and a copied disk beside its original makes it guess. Both show only when a volume is made.',
    source: 'https://man7.org/linux/man-pages/man8/vgreduce.8.html',
  },
  'storage',
  (storage, { node, input }): Outcome => {
    const { unshared, shared } = storageOf(input.site.storage, node);
    const used = new Set([unshared.volumeGroup, shared.volumeGroup]);
    const troubles = storage.volumeGroups.flatMap((group) => {
      const trouble = groupTrouble(storage, group);
      return trouble ? [{ ...trouble, used: used.has(group.name) }] : [];
    });
    const ambiguous = otherMatches(input, unshared.volumeGroup, storage);
    if (ambiguous.length > 0) {
      return fail('ambiguous', `${ambiguous.join(', ')} of ${node.name} is the group of another node.`, {
        advice: `LVM LocalPV takes any of the groups that nodes name. Rename it: vgrename ${ambiguous[0]} NEWNAME`,
        field: ['storage', 'unshared', 'volumeGroup'],
      });
    }
    const [worst] = troubles.toSorted((a, b) => Number(b.used) - Number(a.used));
    if (!worst) return pass(storage.volumeGroups.map(({ name }) => name).join(', ') || 'none', 'No disk is missing.');
    return (worst.used ? fail : warn)('broken', worst.what, { advice: worst.advice });
  },
);

const groupsNamed = perInput(
  ({ site }) => new Set(site.nodes.map((node) => storageOf(site.storage, node).unshared.volumeGroup)),
);

/** Groups of the node beside its own that the class of unshared volumes matches, because another node names them. */
function otherMatches(input: CheckInput, own: string, { volumeGroups: there }: StorageFacts): string[] {
  const named = groupsNamed(input);
  return there.map(({ name }) => name).filter((name) => name !== own && named.has(name));
}

export const volumeAccess: Check = siteCheck(
  {
    id: 'volume-access',
    title: 'Access to volumes',
    why: 'A part that several nodes run at once needs a volume that they all mount, and one that moves needs a volume that the other node can mount. Kubernetes finds out when the pod starts, and never starts it.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes',
  },
  ({ site, product }): Outcome | readonly Outcome[] => {
    const troubles = accessTroubles(site, product);
    if (troubles.length === 0) return pass('fits', 'Each volume can be mounted where its part runs.');
    return troubles.map(({ volume, what, advice }) => fail(volume, what, { advice, field: ['storage', 'shared'] }));
  },
);

export const declaredVolumes: Check = nodeCheck(
  {
    id: 'declared-volumes',
    title: 'Declared volumes',
    why: 'A volume that the site declares is made before MicroK8s is installed. Its group must have the space, or its device must be blank: nothing that holds data is ever formatted.',
    source: 'docs/storage.md',
  },
  'storage',
  (storage, { node, index }): Outcome | readonly Outcome[] => {
    const volumes = node.volumes ?? [];
    if (volumes.length === 0) return pass('none', 'None is declared.');
    const troubles = volumes.flatMap((volume) => declaredTrouble(volume, storage) ?? []);
    if (troubles.length === 0) return pass(String(volumes.length), 'Each can be made, or is there.');
    const rest = {
      advice: `Change it in site.yaml; what there is: ${kloudspot('storage list')}`,
      field: ['nodes', index, 'volumes'],
    };
    return troubles.map((trouble) => fail('cannot be made', trouble, rest));
  },
);

export const poolVolume: Check = nodeCheck(
  {
    id: 'shared-volume',
    title: 'Shared volume',
    why: 'The pool takes the whole logical volume. What is on it would be lost, and the engine of the pool refuses a device with a file system.',
    source: 'https://github.com/openebs/openebs/issues/3605',
  },
  'storage',
  (_, { node, facts, input }): Outcome => {
    const { pool: place } = storageDemand(input.site, input.product, node);
    if (!place) return pass('not needed', 'This node has no pool of kloudspot.');
    const found = existingVolume(place, facts);
    const name = `${place.group}/${place.volume}`;
    if (!found) return pass('to be made', `${name} will be made with ${place.gib} GB.`);
    const small = found.sizeBytes < place.gib * gibibyte;
    const grows = small ? ` The run grows it from ${gigabytes(found.sizeBytes)} to ${place.gib} GB.` : '';
    if (found.contents === undefined) return pass('blank', `${name} is there, and nothing was seen on it.${grows}`);
    if (isPoolMark(found.contents) && facts.microk8s?.installed)
      return pass('pool', `${name} already holds the pool.${grows}`);
    return fail(found.contents, `${name} holds ${found.contents}.`, {
      wanted: 'blank',
      advice: `Name another volume, or empty it knowingly: ${emptying(found)}`,
      field: ['storage', 'shared', 'volume'],
    });
  },
);

/** Commands that empty a volume which carries data. One that is in use refuses to be emptied. */
function emptying({ path, mountPoints }: ExistingVolume): string {
  const released = mountPoints.map((place) => (place === '[SWAP]' ? `sudo swapoff ${path}` : `sudo umount ${place}`));
  const again = released.length > 0 ? ', and remove its line from /etc/fstab' : '';
  return `${[...released, `sudo wipefs -a ${path}`].join('; ')}${again}`;
}
