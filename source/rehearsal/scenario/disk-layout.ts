import { defined } from '../../text/defined.ts';
import type { ScenarioDisk } from './schema.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** One partition as the scenario, or its shorthand `use`, says. Bytes. */
export interface Partition {
  readonly sizeBytes: number;
  readonly fsType?: string;
  readonly mount?: string;
  /** Volume group whose physical volume it is. */
  readonly group?: string;
}

/** Partitions before the physical volume, as Ubuntu's installer makes them. */
const installer: readonly Partition[] = [
  { sizeBytes: 1075 * mebibyte, fsType: 'vfat', mount: '/boot/efi' },
  { sizeBytes: 2 * gibibyte, fsType: 'ext4', mount: '/boot' },
];

/** Both copies of the partition table. */
const tables = 2 * mebibyte;

export function partitionsOf(disk: ScenarioDisk): readonly Partition[] {
  if (disk.partitions) return disk.partitions.map(({ sizeGiB, ...rest }) => ({ sizeBytes: sizeGiB, ...defined(rest) }));
  if (disk.use !== 'root' && disk.use !== 'group') return [];
  const before = disk.use === 'root' ? installer : [];
  const used = before.reduce((sum, { sizeBytes }) => sum + sizeBytes, tables);
  const sizeBytes = Math.floor((disk.groupGiB ?? disk.sizeGiB - used) / 512) * 512;
  return [...before, { sizeBytes, group: disk.group }];
}
