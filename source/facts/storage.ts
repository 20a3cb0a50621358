import * as z from 'zod';
import { type LvmFacts, logicalVolumes, physicalVolumes, volumeGroups } from './lvm.ts';
import { json, read, readIfAny, SectionProblem, type Sections, section } from './section.ts';

/** Sizes in bytes. */
export interface StorageFacts extends LvmFacts {
  readonly disks: readonly BlockDeviceFacts[];
  readonly root: { readonly sizeBytes: number; readonly freeBytes: number; readonly device: string };
  /** Free bytes of the file system that holds /var/snap. */
  readonly snapFreeBytes: number;
  /** The first folder on the way to MicroK8s' data that is a symbolic link, and where it leads. */
  readonly snapLink?: { readonly path: string; readonly target: string };
}

export interface BlockDeviceFacts {
  readonly name: string;
  readonly path: string;
  /** `disk`, `part`, `lvm`, `crypt`, `raid1`, `loop`, `rom`, … */
  readonly type: string;
  readonly sizeBytes: number;
  readonly rotational: boolean;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly fsType?: string;
  readonly mountPoints: readonly string[];
  readonly model?: string;
  readonly serial?: string;
  readonly wwn?: string;
  readonly transport?: string;
  readonly children: readonly BlockDeviceFacts[];
}

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

const lsblkColumns = 'NAME,KNAME,PATH,TYPE,SIZE,FSTYPE,MOUNTPOINTS,ROTA,RM,RO,MODEL,SERIAL,WWN,TRAN,MAJ:MIN';

const probe = {
  disks: section('lsblk', ['timeout', '20', 'lsblk', '-J', '-b', '-o', lsblkColumns], (text) =>
    disks(json(tree)(text)),
  ),
  // `/` first, then the file system of /var/snap: of the nearest folder that is there.
  fileSystems: section(
    'df',
    {
      bash: `folder=/var/snap
  while [ ! -d "$folder" ]; do folder=\${folder%/*}; folder=\${folder:-/}; done
  df -B1 --output=source,size,avail,target / "$folder"`,
    },
    fileSystems,
  ),
  dataLinks: section(
    'data-links',
    {
      bash: `for path in /var/snap /var/snap/microk8s /var/snap/microk8s/common; do
    [ ! -L "$path" ] || printf '%s %s\\n' "$path" "$(readlink -m "$path")"
  done`,
    },
    (text) => /^(\S+) (.+)$/m.exec(text),
  ),
};
export const diskSections = Object.values(probe);

/** `note` takes what could not be read of one part; the rest still counts. */
export function storageFacts(
  sections: Sections,
  { note }: { readonly note: (part: string, why: string) => void },
): StorageFacts {
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
    disks: part('disks', () => read(sections, probe.disks), []),
    ...read(sections, probe.fileSystems),
    ...snapLink(sections),
  };
}

function snapLink(sections: Sections): Pick<StorageFacts, 'snapLink'> {
  const [, path, target] = readIfAny(sections, probe.dataLinks) ?? [];
  return path === undefined || target === undefined ? {} : { snapLink: { path, target } };
}

function disks({ blockdevices }: z.output<typeof tree>): BlockDeviceFacts[] {
  return blockdevices.filter(({ size }) => (size ?? 0) > 0).map((disk) => blockDevice(disk, new Set()));
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
  if (root === undefined || snap === undefined) throw new SectionProblem('/ is missing');
  return { root, snapFreeBytes: snap.freeBytes };
}
