import type { BlockDeviceFacts, StorageFacts } from '../../facts/facts.ts';
import { mapperPath } from '../../facts/mapper-name.ts';
import { requirements } from '../../product/features.ts';
import { gibibyte, gigabytes } from '../../storage/bytes.ts';
import { ownClass } from '../../storage/classes.ts';
import { storageDemand } from '../../storage/demand.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

/** ext4 keeps 2 to 2.5 % of a volume for its own tables (measured: 10 GiB give 9.75); xfs less. */
const keptByFileSystem = 0.05;

export const rootSize: Check = nodeCheck(
  {
    id: 'root-size',
    title: 'Size of /',
    why: 'The system, the snaps, container images and logs live on /. When it fills up the node evicts its pods.',
    source: "The product's system requirements (its floor)",
  },
  'storage',
  (storage, { input, node }) => {
    const { root } = storage;
    const { floor, recommended } = requirements(input.product, input.site.features, node.role);
    const seen = gigabytes(root.sizeBytes);
    const share = 1 - keptByFileSystem;
    if (root.sizeBytes < floor.rootGiB * gibibyte * share) {
      return fail(seen, `/ has ${seen} of the ${floor.rootGiB} GB that a ${node.role} needs.`, {
        wanted: `about ${floor.rootGiB} GB or more`,
        advice: largerRoot(storage, floor.rootGiB),
      });
    }
    if (root.sizeBytes < recommended.rootGiB * gibibyte * share) {
      return warn(seen, `${recommended.rootGiB} GB are recommended for / with these features.`, {
        wanted: `${recommended.rootGiB} GB recommended`,
        advice: largerRoot(storage, recommended.rootGiB),
      });
    }
    return pass(seen, '/ is large enough.', { wanted: `about ${recommended.rootGiB} GB or more` });
  },
);

/** Whether the device is a logical volume, by either of its names. */
const isVolume = ({ logicalVolumes }: StorageFacts, device: string): boolean =>
  logicalVolumes.some(({ path, volumeGroup, name }) => [path, mapperPath(volumeGroup, name)].includes(device));

/** How / gets this many GB. */
function largerRoot(storage: StorageFacts, gib: number): string {
  const { device } = storage.root;
  return isVolume(storage, device)
    ? `lvextend -r -L ${gib}G ${device}, where its group has free space`
    : `Install / on a larger partition, or on a logical volume: ${device} is not one, so lvextend cannot grow it`;
}

/** Server SSDs with spare area are sold in the class of the next round size: 960 GB beside 1 TB, 1.92 TB beside 2 TB. */
const tradeClass = 0.96;

export const lvmDisk: Check = nodeCheck(
  {
    id: 'lvm-disk',
    title: 'Disk with LVM',
    why: 'Volumes of databases are cut from an LVM volume group on each node. Without one there is nothing to cut them from.',
    source: "The product's system requirements (its floor)",
  },
  'storage',
  (storage, { input, node }) => {
    const { local, pool } = storageDemand(input.site, input.product, node);
    if (ownClass(input.site.storage, 'unshared') && local.length === 0 && !pool)
      return pass('not needed', 'Volumes are in your own storage class.');
    const { floor } = requirements(input.product, input.site.features, node.role);
    const wanted = `${floor.diskGiB} GB or more, with LVM`;
    const largest = largestLvmDisk(storage);
    if (!largest) {
      return fail('no LVM', `No disk of ${node.name} has LVM.`, {
        wanted,
        advice: 'Install with LVM, or make a volume group on a blank disk: vgcreate NAME DISK',
      });
    }
    const seen = `${gigabytes(largest.sizeBytes)}${largest.path ? ` ${largest.path}` : ''}`;
    const bytes = floor.diskGiB * gibibyte;
    if (largest.sizeBytes >= bytes) return pass(seen, 'The disk is large enough.', { wanted });
    return largest.sizeBytes >= bytes * tradeClass
      ? warn(
          seen,
          `The disk has ${gigabytes(largest.sizeBytes)} of ${floor.diskGiB} GB, as server SSDs of its class do.`,
          {
            wanted,
            advice: 'Check in the storage plan that all volumes fit',
          },
        )
      : fail(seen, `The largest disk with LVM has ${gigabytes(largest.sizeBytes)} of ${floor.diskGiB} GB.`, {
          wanted,
          advice: 'Use a larger disk',
        });
  },
);

export const solidState: Check = nodeCheck(
  {
    id: 'ssd',
    title: 'SSD',
    why: "The cluster's datastore writes every change to disk before it answers. On a spinning disk (HDD), or a busy one, the API times out.",
    source: "The product's system requirements; https://github.com/canonical/microk8s/issues/3227",
  },
  'storage',
  (storage, { input, facts }) => {
    if (!input.product.nodes.requireSsd) return pass('not asked', 'The product does not ask for it.');
    const largest = largestLvmDisk(storage);
    if (!largest)
      return warn('no LVM', 'No disk with LVM was found.', {
        wanted: 'SSD',
        advice: 'Fix the check lvm-disk first',
      });
    const path = largest.path ?? 'The disk';
    if (largest.rotational === undefined)
      return warn('not known', 'What the disk is was not seen.', {
        wanted: 'SSD',
        advice: 'Look on the node: lsblk -d -o NAME,ROTA,MODEL',
      });
    if (!largest.rotational) return pass('SSD', `${path} is an SSD.`);
    const rest = { wanted: 'SSD' };
    const behind = controllerOf(largest);
    // A virtual disk calls itself rotational whatever lies under it.
    return facts.system && facts.system.virtualization !== 'none'
      ? warn('not known', `${path} is virtual and calls itself a spinning disk (HDD).`, {
          ...rest,
          advice: 'Make sure that the host keeps it on SSD',
        })
      : behind !== undefined
        ? warn('not known', `${path} calls itself a spinning disk (HDD), but ${behind} hides what lies behind it.`, {
            ...rest,
            advice: 'Look in the tool of the controller or array whether these are SSDs',
          })
        : fail('HDD', `${path} is a spinning disk (HDD).`, { ...rest, advice: 'Use an SSD for volumes and for /' });
  },
);

/** MicroK8s' kubelet evicts pods below 1 GiB (args/kubelet, --eviction-hard); a snap, its old revision and the images take about 3 more. */
const leastForSnap = 4;
/** https://microk8s.io/docs/getting-started: "at least 20G of disk space". */
const recommendedForSnap = 20;

/** The kubelet deletes images from 85 % on (--image-gc-high-threshold), counted as here: what is free of the whole size. */
const mostUsed = 0.8;

/** Undefined where /var/snap lies on a file system of its own, whose size is not seen. */
function usedShare({ root, snapFreeBytes }: StorageFacts): number | undefined {
  return snapFreeBytes === root.freeBytes ? 1 - root.freeBytes / root.sizeBytes : undefined;
}

/** What mounts volumes takes a path by its name, and MicroK8s' own folders are known to it by theirs. */
const linkAdvice = ({ path, target }: NonNullable<StorageFacts['snapLink']>): string =>
  `Mount the folder instead, before MicroK8s is installed: sudo rm ${path} && sudo mkdir ${path}, the line "${target} ${path} none bind 0 0" in /etc/fstab, sudo mount ${path}`;

export const snapSpace: Check = nodeCheck(
  {
    id: 'snap-space',
    title: 'Free for /var/snap',
    why: 'MicroK8s keeps its images, containers and datastore under /var/snap. Below 1 GB free the node evicts its pods. Where the folder is a symbolic link, volumes are not mounted into pods.',
    source:
      'https://microk8s.io/docs/getting-started (20 GB of disk space); https://github.com/minio/directpv/issues/816; https://kubernetes.io/docs/concepts/architecture/garbage-collection/',
  },
  'storage',
  (storage, { facts, node }) => {
    const { snapFreeBytes, snapLink } = storage;
    const seen = gigabytes(snapFreeBytes);
    const used = usedShare(storage) ?? 0;
    // What is installed already has taken its share.
    const wanted = facts.microk8s?.installed ? leastForSnap : recommendedForSnap;
    if (snapFreeBytes < leastForSnap * gibibyte) {
      return fail(seen, `${seen} are free for /var/snap on ${node.name}.`, {
        wanted: `${wanted} GB or more`,
        advice: 'Free space on that file system, or grow it: lvextend -r',
      });
    }
    if (snapLink !== undefined)
      return warn(
        `${snapLink.path} is a link`,
        `${snapLink.path} of ${node.name} is a symbolic link to ${snapLink.target}.`,
        {
          wanted: 'a folder or a mount',
          advice: linkAdvice(snapLink),
        },
      );
    if (used > mostUsed)
      return warn(`${Math.round(used * 100)} % used`, `/ of ${node.name} is ${Math.round(used * 100)} % full.`, {
        wanted: 'under 80 %',
        advice: 'Free space, or grow it: lvextend -r; from 85 % on the kubelet deletes images and fetches them again',
      });
    return snapFreeBytes < wanted * gibibyte
      ? warn(seen, `${recommendedForSnap} GB are recommended for MicroK8s.`, {
          wanted: `${wanted} GB recommended`,
          advice: 'Free space on that file system, or grow it: lvextend -r',
        })
      : pass(seen, 'Enough free space.', { wanted: `${wanted} GB or more` });
  },
);

/** What is between the kernel and the disk: RAID controllers and arrays call every volume rotational. */
function controllerOf({ model = '', transport = '' }: LvmDisk): string | undefined {
  if (/perc|raid|mr9\d|megaraid|smart array|logical volume|serveraid|ucsc|lsi|avago|broadcom/i.test(model))
    return `the controller (${model})`;
  if (['fc', 'iscsi', 'fcoe', 'srp'].includes(transport))
    return `the array (${[transport, model].filter(Boolean).join(', ')})`;
  return transport === '' && model !== '' ? `its controller (${model})` : undefined;
}

interface LvmDisk {
  readonly sizeBytes: number;
  readonly path?: string;
  readonly rotational?: boolean;
  readonly model?: string;
  readonly transport?: string;
}

/** The largest disk that carries LVM; where the disks could not be matched, the largest physical volume. */
function largestLvmDisk(storage: StorageFacts): LvmDisk | undefined {
  const names = new Set(storage.physicalVolumes.filter(({ missing }) => !missing).map(({ name }) => name));
  const disks: LvmDisk[] = storage.disks.filter((disk) => carriesLvm(disk, names));
  const volumes: LvmDisk[] = storage.physicalVolumes
    .filter(({ missing }) => !missing)
    .map(({ sizeBytes, name }) => ({ sizeBytes, path: name }));
  return (disks.length > 0 ? disks : volumes).toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0];
}

function carriesLvm(device: BlockDeviceFacts, names: ReadonlySet<string>): boolean {
  if (names.has(device.path) || device.fsType === 'LVM2_member') return true;
  return device.children.some((child) => carriesLvm(child, names));
}
