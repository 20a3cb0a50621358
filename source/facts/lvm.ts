import * as z from 'zod';
import { json, read, type Sections, section } from './section.ts';

/** Sizes in bytes. */
export interface LvmFacts {
  readonly volumeGroups: readonly VolumeGroupFacts[];
  readonly physicalVolumes: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly volumeGroup: string;
    /** Of its group: two groups can have one name. */
    readonly groupUuid?: string;
    readonly sizeBytes: number;
    readonly freeBytes: number;
    readonly missing: boolean;
    readonly allocatable: boolean;
    readonly duplicate: boolean;
  }[];
  readonly logicalVolumes: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly volumeGroup: string;
    readonly sizeBytes: number;
    readonly path: string;
    readonly tags: readonly string[];
    readonly pool?: string;
    /** What it is where other volumes lie in it, such as `thin-pool`: nothing of them is seen on its own device. */
    readonly carries?: string;
  }[];
}

export interface VolumeGroupFacts {
  readonly name: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Really allocatable: the free space of physical volumes that are present and allocatable. */
  readonly freeBytes: number;
  readonly extentBytes: number;
  readonly missingPhysicalVolumes: number;
  readonly exported: boolean;
  readonly devices: readonly string[];
}

type Row = Readonly<Record<string, string>>;

const report = (kind: string) =>
  z
    .object({ report: z.array(z.object({ [kind]: z.array(z.record(z.string(), z.string())).default([]) })) })
    .transform(({ report }) => report.flatMap((part) => part[kind] ?? []));

function lvm<const Name extends string>(name: Name, kind: string, options: readonly string[], columns: string) {
  const format = ['--reportformat', 'json', '--units', 'b', '--nosuffix'];
  return section(name, ['timeout', '20', name, ...format, ...options, '-o', columns], json(report(kind)), {
    slow: true,
  });
}

const probe = {
  vgs: lvm('vgs', 'vg', [], 'vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,vg_attr,vg_missing_pv_count'),
  // Without -a a copied disk beside its original is left out (lvm2 2.03.16); with it, devices without LVM come too.
  pvs: lvm(
    'pvs',
    'pv',
    ['-a'],
    'pv_name,pv_uuid,vg_name,vg_uuid,pv_size,pv_free,pv_attr,pv_allocatable,pv_missing,pv_duplicate',
  ),
  lvs: lvm('lvs', 'lv', ['-a'], 'lv_name,lv_uuid,vg_name,lv_size,lv_attr,lv_path,lv_tags,pool_lv,segtype,lv_role'),
};
export const lvmSections = Object.values(probe);

/** LVM's JSON has strings for all values (`--units b --nosuffix`: digits). */
const bytes = (row: Row, name: string) => Number(row[name] || 0);

export function physicalVolumes(sections: Sections): LvmFacts['physicalVolumes'] {
  const rows = read(sections, probe.pvs).filter((row) => row.pv_uuid !== '');
  return rows.map((row) => {
    // pv_attr: allocatable, duplicate or unused; exported; missing (pvs(8))
    const attributes = row.pv_attr ?? '';
    return {
      name: row.pv_name ?? '',
      uuid: row.pv_uuid ?? '',
      volumeGroup: row.vg_name ?? '',
      ...(row.vg_uuid ? { groupUuid: row.vg_uuid } : {}),
      sizeBytes: bytes(row, 'pv_size'),
      freeBytes: bytes(row, 'pv_free'),
      missing: Boolean(row.pv_missing) || attributes[2] === 'm',
      allocatable: Boolean(row.pv_allocatable) || attributes.startsWith('a'),
      duplicate: Boolean(row.pv_duplicate) || attributes.startsWith('d'),
    };
  });
}

/** vg_free counts missing volumes too: what can really be allocated is on those that are there. */
export function volumeGroups(sections: Sections, volumes: LvmFacts['physicalVolumes']): VolumeGroupFacts[] {
  return read(sections, probe.vgs).map((row) => {
    const name = row.vg_name ?? '';
    const uuid = row.vg_uuid ?? '';
    const own = volumes.filter(({ volumeGroup, groupUuid = uuid }) => volumeGroup === name && groupUuid === uuid);
    const usable = own.filter(({ allocatable, missing, duplicate }) => allocatable && !missing && !duplicate);
    const exported = row.vg_attr?.[2] === 'x';
    return {
      name,
      uuid,
      sizeBytes: bytes(row, 'vg_size'),
      freeBytes: exported ? 0 : usable.reduce((sum, { freeBytes }) => sum + freeBytes, 0),
      extentBytes: bytes(row, 'vg_extent_size'),
      missingPhysicalVolumes: bytes(row, 'vg_missing_pv_count'),
      exported,
      devices: own.map((volume) => volume.name),
    };
  });
}

/** Without the hidden parts of pools, mirrors and snapshots, whose names stand in brackets. */
export function logicalVolumes(sections: Sections): LvmFacts['logicalVolumes'] {
  return read(sections, probe.lvs)
    .filter(({ lv_name = '' }) => !lv_name.startsWith('['))
    .map((row) => ({
      name: row.lv_name ?? '',
      uuid: row.lv_uuid ?? '',
      volumeGroup: row.vg_name ?? '',
      sizeBytes: bytes(row, 'lv_size'),
      path: row.lv_path || `/dev/${row.vg_name}/${row.lv_name}`,
      tags: (row.lv_tags ?? '').split(',').filter((tag) => tag !== ''),
      ...(row.pool_lv ? { pool: row.pool_lv } : {}),
      ...(row.segtype?.endsWith('-pool') ? { carries: row.segtype } : {}),
    }));
}
