import { mapperPath } from '../../facts/mapper-name.ts';
import type { Machine } from '../model/machine.ts';
import { isLost, isThere, missingOf } from '../node/lost-disk.ts';
import { extentOf, extentsOf } from '../node/partitions.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, say } from './call.ts';

type Row = Readonly<Record<string, string>>;

function groupRows(machine: Machine): Row[] {
  return machine.lvm.groups.map((group) => {
    const { total, free } = extentsOf(machine, group.name);
    const missing = missingOf(machine, group.name).length;
    return {
      vg_name: group.name,
      vg_uuid: group.uuid,
      vg_size: String(total * group.extentBytes),
      vg_free: String(free * group.extentBytes),
      vg_extent_size: String(group.extentBytes),
      vg_extent_count: String(total),
      vg_free_count: String(free),
      pv_count: String(machine.lvm.physical.filter((physical) => physical.group === group.name).length),
      lv_count: String(machine.lvm.logical.filter((volume) => volume.group === group.name).length),
      snap_count: '0',
      vg_attr: missing === 0 ? 'wz--n-' : 'wz-pn-',
      vg_tags: '',
      vg_missing_pv_count: String(missing),
    };
  });
}

/** Free extents lie at the end of the last physical volume that has any: enough for sums. */
function physicalRows(machine: Machine): Row[] {
  const left = new Map(machine.lvm.groups.map((group) => [group.name, extentsOf(machine, group.name).free]));
  return machine.lvm.physical.toReversed().map((physical) => {
    const free = Math.min(physical.extents, left.get(physical.group) ?? 0);
    left.set(physical.group, (left.get(physical.group) ?? 0) - free);
    const extent = extentOf(machine, physical.group);
    const there = isThere(machine, physical.name);
    return {
      pv_name: there ? physical.name : '[unknown]',
      pv_uuid: physical.uuid,
      vg_name: physical.group,
      vg_uuid: machine.lvm.groups.find(({ name }) => name === physical.group)?.uuid ?? '',
      dev_size: String(physical.deviceBytes),
      pv_size: String(physical.extents * extent),
      pv_free: String(free * extent),
      pv_attr: there ? 'a--' : 'a-m',
      pv_allocatable: 'allocatable',
      pv_missing: there ? '' : 'missing',
      pv_duplicate: '',
      pe_start: '1048576',
    };
  });
}

function logicalRows(machine: Machine): Row[] {
  return machine.lvm.logical.map((volume) => ({
    lv_name: volume.name,
    lv_uuid: volume.uuid,
    vg_name: volume.group,
    lv_size: String(volume.extents * extentOf(machine, volume.group)),
    lv_attr: `-wi-a${volume.mount === undefined ? '-' : 'o'}--${isLost(machine, volume) ? 'p' : '-'}-`,
    lv_path: `/dev/${volume.group}/${volume.name}`,
    lv_dm_path: mapperPath(volume.group, volume.name),
    lv_tags: volume.tags.join(','),
    pool_lv: '',
    origin: '',
    segtype: 'linear',
    lv_role: 'public',
    lv_layout: 'linear',
    lv_active: 'active',
    lv_device_open: volume.mount === undefined ? '' : 'open',
    data_percent: '',
    metadata_percent: '',
    devices: `${machine.lvm.physical.find((physical) => physical.group === volume.group)?.name ?? ''}(0)`,
  }));
}

/** `vgs`, `pvs` and `lvs` with `--reportformat json --units b --nosuffix`: all values are texts. */
function report(key: 'vg' | 'pv' | 'lv', rowsOf: (machine: Machine) => Row[]): Program {
  return (call) => {
    const options = optionsOf(call.words, ['-o', '--options', '--reportformat', '--units', '-S', '--select']);
    if (!call.root) {
      call.err(
        '  WARNING: Running as a non-root user. Functionality may be unavailable.\n  /run/lock/lvm/P_global:aux: open failed: Permission denied\n',
      );
      return 5;
    }
    const rows = call.look(rowsOf);
    const columns = (lastValue(options, '-o', '--options') ?? `${key}_name`).split(',');
    const unknown = columns.find((column) => rows[0] !== undefined && rows[0][column] === undefined);
    if (unknown !== undefined) return refuse(call, `  Unrecognised field: ${unknown}`, 3);
    const group = options.rest[0];
    const known =
      group === undefined || call.look((machine) => machine.lvm.groups.some((one) => one.name === group.split('/')[0]));
    const chosen = rows
      .filter((row) => fits(row, group))
      .map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? ''])));
    print(call, key, chosen);
    if (known) return 0;
    return refuse(call, `  Volume group "${group}" not found\n  Cannot process volume group ${group}`, 5);
  };
}

function fits(row: Row, place: string | undefined): boolean {
  if (place === undefined) return true;
  const [group, volume] = place.split('/');
  return row['vg_name'] === group && (volume === undefined || row['lv_name'] === volume);
}

function print(call: Call, key: string, rows: readonly Row[]): void {
  say(call, JSON.stringify({ report: [{ [key]: rows }] }, undefined, 2));
}

export const lvmReport: Readonly<Record<string, Program>> = {
  vgs: report('vg', groupRows),
  pvs: report('pv', physicalRows),
  lvs: report('lv', logicalRows),
};
