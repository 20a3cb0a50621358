import * as z from 'zod';
import type { BlockDeviceFacts, StorageFacts } from './facts.ts';
import { logicalVolumes, physicalVolumes, volumeGroups } from './lvm.ts';
import { jsonOf, SectionProblem, type Sections, textOf } from './sections.ts';

const word = z.string().nullish();

/** `lsblk -J -b`. */
const device = z.object({
  name: z.string(),
  kname: z.string(),
  path: z.string(),
  type: z.string(),
  size: z.number().nullish(),
  fstype: word,
  mountpoints: z.array(z.string().nullable()).default([]),
  rota: z.boolean().nullish(),
  rm: z.boolean().nullish(),
  ro: z.boolean().nullish(),
  model: word,
  serial: word,
  wwn: word,
  tran: word,
  get children() {
    return z.array(device).optional();
  },
});
type Device = z.infer<typeof device>;

const tree = z.object({ blockdevices: z.array(device) });

/** `note` takes what could not be read of one part; the rest still counts. */
export function storageFacts(sections: Sections, note: (part: string, why: string) => void): StorageFacts {
  const part = <T>(name: string, read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SectionProblem)) throw error;
      note(name, error.message);
      return otherwise;
    }
  };
  const volumes = part('physical volumes', () => physicalVolumes(sections), []);
  return {
    volumeGroups: part('volume groups', () => volumeGroups(sections, volumes), []),
    physicalVolumes: volumes,
    logicalVolumes: part('logical volumes', () => logicalVolumes(sections), []),
    disks: part('disks', () => disks(sections), []),
    ...fileSystems(textOf(sections, 'df')),
  };
}

function disks(sections: Sections): BlockDeviceFacts[] {
  return jsonOf(sections, 'lsblk', tree)
    .blockdevices.filter(({ size }) => (size ?? 0) > 0)
    .map((disk) => blockDevice(disk, new Set()));
}

/**
 * Within one disk each device appears once: lsblk draws a thin volume under the pool's data and again under its metadata.
 * A volume that spans two disks stays under both, so that neither looks empty.
 */
function blockDevice(found: Device, seen: Set<string>): BlockDeviceFacts {
  seen.add(found.kname);
  const children: BlockDeviceFacts[] = [];
  for (const child of found.children ?? []) {
    if (!seen.has(child.kname)) children.push(blockDevice(child, seen));
  }
  return {
    name: found.name,
    path: found.path,
    type: found.type,
    sizeBytes: found.size ?? 0,
    rotational: found.rota ?? false,
    removable: found.rm ?? false,
    readOnly: found.ro ?? false,
    mountPoints: found.mountpoints.filter((point) => point !== null),
    ...given({ fsType: found.fstype, model: found.model, serial: found.serial, wwn: found.wwn, transport: found.tran }),
    children,
  };
}

type Given<T> = { [K in keyof T]?: string };

function given<T extends Record<string, string | null | undefined>>(words: T): Given<T> {
  const kept: Given<T> = {};
  for (const key in words) {
    const text = words[key]?.trim();
    if (text) kept[key] = text;
  }
  return kept;
}

/** `df -B1 --output=source,size,avail,target`: `/` first, then the file system of /var/snap. */
function fileSystems(text: string): Pick<StorageFacts, 'root' | 'snapFreeBytes'> {
  const [root, snap = root] = text
    .matchAll(/^(\S+)\s+(\d+)\s+(\d+)\s+(\/.*)$/gm)
    .map(([, source = '', size, free]) => ({ device: source, sizeBytes: Number(size), freeBytes: Number(free) }));
  if (root === undefined || snap === undefined) throw new SectionProblem('df: / is missing');
  return { root, snapFreeBytes: snap.freeBytes };
}
