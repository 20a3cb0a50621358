import type { BlockDeviceFacts, StorageFacts } from '../facts/facts.ts';
import { defined } from '../text/defined.ts';
import { asLsblk } from './bytes.ts';
import { engineNames, sharedEngine } from './engines/engines.ts';

/** One line of the disk tree, and of the table of disks. */
export interface DiskRow {
  readonly device: BlockDeviceFacts;
  readonly depth: number;
  /** `mounted as /`, `in Volume Group vg_data`; empty where nothing is to be said. */
  readonly note: string;
  /** Whether a volume group could take it. */
  readonly usable: boolean;
  /** Why not, in a few words; `blank` where it is usable. */
  readonly why: string;
  /** What it carries although nothing uses it: it could be erased. */
  readonly data?: string;
}

/** A group on less than this is of no use. */
const leastBytes = 2 ** 30;

/**
 * Disks and what lies on them, in lsblk's order. Each device once, also a volume on two disks or a thin volume that
 * lsblk repeats; snaps' loop devices, optical drives and the cluster's own devices left out. `docs/storage.md`.
 */
export function diskRows(storage: StorageFacts): DiskRow[] {
  const seen = new Set<string>();
  const rows: DiskRow[] = [];
  const walk = (device: BlockDeviceFacts, depth: number): void => {
    if (hidden(device, storage) || seen.has(device.name)) return;
    seen.add(device.name);
    const why = whyNotUsable(device, storage);
    rows.push({
      device,
      depth,
      note: note(device, storage),
      usable: why === undefined,
      why: why ?? 'blank',
      ...defined({ data: why === undefined ? undefined : unusedData(device, storage) }),
    });
    for (const child of device.children) walk(child, depth + 1);
  };
  for (const disk of storage.disks) walk(disk, 0);
  return rows;
}

/** `/dev/sdb1 (93.1G) in Volume Group vg_data`, indented as it lies. */
export function diskTree(storage: StorageFacts): string[] {
  return diskRows(storage).map(({ device, depth, note }) => {
    const size = `(${asLsblk(device.sizeBytes)})`;
    return `${'  '.repeat(depth)}${device.path} ${size}${note === '' ? '' : ` ${note}`}`;
  });
}

/** Whole disks that nothing was seen on. What is on them is looked at again before anything is written. */
export function blankDisks(storage: StorageFacts): BlockDeviceFacts[] {
  return diskRows(storage)
    .filter(({ device, depth, usable }) => usable && depth === 0 && device.type === 'disk')
    .map(({ device }) => device);
}

function hidden(device: BlockDeviceFacts, storage: StorageFacts): boolean {
  if (device.sizeBytes === 0 || device.type === 'rom') return true;
  if (device.type === 'loop') return groupOf(device, storage) === undefined && device.children.length === 0;
  if (/^(zram|ram|fd|nbd|rbd|drbd)\d/.test(device.name)) return true;
  return isClusterVolume(device);
}

/** iSCSI and NVMe-oF devices that a storage engine of the cluster attached. */
function isClusterVolume({ model, transport }: BlockDeviceFacts): boolean {
  const attached = transport === 'iscsi' || transport === 'nvme' || !transport;
  return attached && clusterModels.some((pattern) => pattern.test(model ?? ''));
}

const clusterModels = [/mayastor/i, ...engineNames.flatMap((name) => sharedEngine(name).diskModel ?? [])];

function groupOf(device: BlockDeviceFacts, storage: StorageFacts): string | undefined {
  return storage.physicalVolumes.find((volume) => volume.name === device.path)?.volumeGroup;
}

function note(device: BlockDeviceFacts, storage: StorageFacts): string {
  const mounts = device.mountPoints.map((place) => (place === '[SWAP]' ? 'used as swap' : `mounted as ${place}`));
  if (mounts.length > 0) return mounts.join(', ');
  const group = groupOf(device, storage);
  if (group !== undefined) return group === '' ? 'LVM, in no Volume Group' : `in Volume Group ${group}`;
  return '';
}

const contents: Readonly<Record<string, string>> = {
  LVM2_member: 'belongs to LVM',
  crypto_LUKS: 'encrypted',
  linux_raid_member: 'part of a RAID',
  mpath_member: 'part of a multipath device',
  zfs_member: 'belongs to ZFS or an old storage pool',
  ceph_bluestore: 'belongs to Ceph',
  swap: 'swap space',
};

/** Undefined where nothing speaks against it. The first reason that holds, the hardest first. */
function whyNotUsable(device: BlockDeviceFacts, storage: StorageFacts): string | undefined {
  if (device.mountPoints.length > 0) return note(device, storage);
  if (groupOf(device, storage)) return `in Volume Group ${groupOf(device, storage)}`;
  if (device.readOnly) return 'read-only';
  if (device.removable) return 'removable';
  const outside = transportNote(device);
  if (outside !== undefined) return outside;
  if (device.children.some((child) => child.type === 'mpath')) return 'part of a multipath device';
  if (device.children.some((child) => child.type === 'part')) return 'has partitions';
  if (device.children.length > 0) return 'holds volumes';
  if (device.type === 'lvm') return 'a logical volume';
  if (device.type !== 'disk' && device.type !== 'part') return kinds[device.type] ?? `a device of type ${device.type}`;
  if (device.fsType) return contents[device.fsType] ?? `holds ${device.fsType}`;
  const twin = twinOf(device, storage);
  if (twin) return `same ${device.wwn === undefined ? 'serial number' : 'WWN'} as ${twin.path}`;
  if (device.sizeBytes < leastBytes) return 'too small';
  return undefined;
}

/** What would be lost of a disk or partition that could be used if it were blank; undefined where something uses it. */
function unusedData(device: BlockDeviceFacts, storage: StorageFacts): string | undefined {
  const { fsType: _, ...bare } = device;
  const within = [device, ...device.children];
  const used = within.some(
    ({ mountPoints, ...each }) => mountPoints.length > 0 || groupOf({ mountPoints, ...each }, storage),
  );
  if (used || device.children.some(({ type, children }) => type !== 'part' || children.length > 0)) return undefined;
  if (whyNotUsable({ ...bare, children: [] }, storage) !== undefined) return undefined;
  const found = new Set(within.flatMap(({ fsType }) => fsType ?? []));
  const parts =
    device.children.length > 0 ? `${device.children.length} partitions`.replace(/^1 .*/, '1 partition') : '';
  return [parts, ...found].filter(Boolean).join(', ');
}

/** What is in lsblk's type column. */
const kinds: Readonly<Record<string, string>> = {
  mpath: 'a multipath device',
  crypt: 'an opened encrypted volume',
  loop: 'a file shown as a disk',
  linear: 'a software RAID (linear)',
  raid0: 'a software RAID (RAID 0)',
  raid1: 'a software RAID (RAID 1)',
  raid4: 'a software RAID (RAID 4)',
  raid5: 'a software RAID (RAID 5)',
  raid6: 'a software RAID (RAID 6)',
  raid10: 'a software RAID (RAID 10)',
};

/** Devices that come and go, or whose bytes lie on another device: the kernel often calls them not removable. */
function transportNote({ name, transport }: BlockDeviceFacts): string | undefined {
  if (transport === 'usb') return 'attached by USB';
  if (transport === 'mmc' || name.startsWith('mmcblk')) return 'a memory card';
  if (/^zd\d/.test(name)) return 'a ZFS volume';
  return /^pmem\d/.test(name) ? 'persistent memory' : undefined;
}

/** Two paths to one disk, or two disks that cannot be distinguished: neither is touched. */
function twinOf(device: BlockDeviceFacts, storage: StorageFacts): BlockDeviceFacts | undefined {
  if (device.type !== 'disk') return undefined;
  const key = device.wwn ?? device.serial;
  return key === undefined
    ? undefined
    : storage.disks.find((other) => other.name !== device.name && (other.wwn ?? other.serial) === key);
}
