import * as z from 'zod';
import type { StorageFacts, VolumeGroupFacts } from './facts.ts';
import type { ProbeSection } from './probe.ts';
import { jsonOf, type Sections } from './sections.ts';

type Row = Readonly<Record<string, string>>;

const report = (kind: string) =>
  z
    .object({ report: z.array(z.object({ [kind]: z.array(z.record(z.string(), z.string())).default([]) })) })
    .transform(({ report }) => report.flatMap((part) => part[kind] ?? []));

/** LVM's JSON has strings for all values (`--units b --nosuffix`: digits). */
const bytes = (row: Row, name: string) => Number(row[name] || 0);

export function physicalVolumes(sections: Sections): StorageFacts['physicalVolumes'] {
  return rows(sections, 'pvs', 'pv').map((row) => {
    // pv_attr: allocatable, duplicate or unused; exported; missing (pvs(8))
    const attributes = row.pv_attr ?? '';
    return {
      name: row.pv_name ?? '',
      uuid: row.pv_uuid ?? '',
      volumeGroup: row.vg_name ?? '',
      sizeBytes: bytes(row, 'pv_size'),
      freeBytes: bytes(row, 'pv_free'),
      missing: Boolean(row.pv_missing) || attributes[2] === 'm',
      allocatable: Boolean(row.pv_allocatable) || attributes.startsWith('a'),
      duplicate: Boolean(row.pv_duplicate) || attributes.startsWith('d'),
    };
  });
}

/** vg_free counts missing volumes too: what can really be allocated is on those that are there. */
export function volumeGroups(sections: Sections, volumes: StorageFacts['physicalVolumes']): VolumeGroupFacts[] {
  return rows(sections, 'vgs', 'vg').map((row) => {
    const name = row.vg_name ?? '';
    const own = volumes.filter((volume) => volume.volumeGroup === name);
    const usable = own.filter(({ allocatable, missing, duplicate }) => allocatable && !missing && !duplicate);
    const exported = row.vg_attr?.[2] === 'x';
    return {
      name,
      uuid: row.vg_uuid ?? '',
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
export function logicalVolumes(sections: Sections): StorageFacts['logicalVolumes'] {
  return rows(sections, 'lvs', 'lv')
    .filter(({ lv_name = '' }) => !lv_name.startsWith('['))
    .map((row) => ({
      name: row.lv_name ?? '',
      uuid: row.lv_uuid ?? '',
      volumeGroup: row.vg_name ?? '',
      sizeBytes: bytes(row, 'lv_size'),
      path: row.lv_path || `/dev/${row.vg_name}/${row.lv_name}`,
      tags: (row.lv_tags ?? '').split(',').filter((tag) => tag !== ''),
      ...(row.pool_lv ? { pool: row.pool_lv } : {}),
    }));
}

function rows(sections: Sections, section: ProbeSection, kind: string): Row[] {
  return jsonOf(sections, section, report(kind));
}
