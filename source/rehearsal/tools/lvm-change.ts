import { refusedWhileMissing } from '../node/lost-disk.ts';
import { addVolume, extentOf, extentsOf } from '../node/partitions.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps, say } from './call.ts';

/** Bytes of LVM's sizes: `20G` and `20g` are GiB, a number alone is MiB. */
function bytesOf(text: string): number | undefined {
  const [, value, unit = 'm'] = /^([\d.]+)([bBkKmMgGtT]?)i?[bB]?$/.exec(text) ?? [];
  if (value === undefined) return undefined;
  const power = { b: 0, k: 1, m: 2, g: 3, t: 4 }[(unit === '' ? 'm' : unit).toLowerCase()];
  return power === undefined ? undefined : Math.round(Number(value) * 1024 ** power);
}

const notRoot = '  WARNING: Running as a non-root user. Functionality may be unavailable.';
const valued = ['-L', '--size', '-l', '--extents', '-n', '--name', '--addtag', '-W', '-Z', '--wipesignatures'];

function* lvcreate(call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [group = ''] = options.rest;
  const name = lastValue(options, '-n', '--name') ?? 'lvol0';
  const size = bytesOf(lastValue(options, '-L', '--size') ?? '');
  if (!call.root) return refuse(call, notRoot, 5);
  yield 300;
  if (size === undefined) return refuse(call, '  Please specify either size or extents.', 3);
  return call.change((machine) => {
    if (!machine.lvm.groups.some((one) => one.name === group)) {
      return refuse(call, `  Volume group "${group}" not found\n  Cannot process volume group ${group}`, 5);
    }
    if (machine.lvm.logical.some((volume) => volume.group === group && volume.name === name)) {
      return refuse(call, `  Logical Volume "${name}" already exists in volume group "${group}"`, 5);
    }
    const missing = refusedWhileMissing(machine, group);
    if (missing !== undefined) return refuse(call, missing, 5);
    const extents = Math.ceil(size / extentOf(machine, group));
    const { free } = extentsOf(machine, group);
    if (extents > free) {
      return refuse(
        call,
        `  Volume group "${group}" has insufficient free space (${free} extents): ${extents} required.`,
        5,
      );
    }
    addVolume(machine, group, name, extents, options.values.get('--addtag') ?? []);
    return say(call, `  Logical volume "${name}" created.`);
  });
}

/** Grows a volume. A size that is not larger is refused, in lvextend's words. */
function* lvextend(call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [group, name] = placeOf(options.rest);
  const size = bytesOf(lastValue(options, '-L', '--size') ?? '');
  if (!call.root) return refuse(call, notRoot, 5);
  yield 250;
  if (size === undefined) return refuse(call, '  Please specify either size or extents.', 3);
  return call.change((machine) => {
    if (!machine.lvm.groups.some((one) => one.name === group))
      return refuse(call, `  Volume group "${group}" not found\n  Cannot process volume group ${group}`, 5);
    const volume = machine.lvm.logical.find((one) => one.group === group && one.name === name);
    if (volume === undefined) return refuse(call, `  Failed to find logical volume "${group}/${name}"`, 5);
    const missing = refusedWhileMissing(machine, group);
    if (missing !== undefined) return refuse(call, missing, 5);
    const extents = Math.ceil(size / extentOf(machine, group));
    const more = extents - volume.extents;
    if (more < 0) return refuse(call, '  New size given is not larger than existing size.', 5);
    if (more === 0)
      return refuse(call, `  New size (${extents} extents) matches existing size (${extents} extents).`, 5);
    const { free } = extentsOf(machine, group);
    if (more > free)
      return refuse(call, `  Insufficient free space: ${more} extents needed, but only ${free} available`, 5);
    volume.extents = extents;
    return say(call, `  Logical volume ${group}/${name} successfully resized.`);
  });
}

/** `group/name`, `/dev/group/name` or the two words. */
function placeOf(rest: readonly string[]): readonly [group: string, name: string | undefined] {
  const [group = '', name] = (rest[0] ?? '').replace(/^\/dev\//, '').split('/');
  return [group, name ?? rest[1]];
}

function* lvremove(call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [group, name] = placeOf(options.rest);
  const agreed = ['-y', '-f', '--yes', '--force', '-fy', '-yf'].some((flag) => options.flags.has(flag));
  if (!call.root) return refuse(call, notRoot, 5);
  yield 250;
  return call.change((machine) => {
    if (!machine.lvm.groups.some((one) => one.name === group)) {
      return refuse(call, `  Volume group "${group}" not found\n  Cannot process volume group ${group}`, 5);
    }
    const volume = machine.lvm.logical.find((one) => one.group === group && one.name === name);
    if (volume === undefined) return refuse(call, `  Failed to find logical volume "${group}/${name}"`, 5);
    if (volume.mount !== undefined)
      return refuse(call, `  Logical volume ${group}/${name} contains a filesystem in use.`, 5);
    if (!agreed) return refuse(call, `  Logical volume ${group}/${name} not removed.`, 5);
    machine.lvm.logical = machine.lvm.logical.filter((one) => one !== volume);
    return say(call, `  Logical volume "${name}" successfully removed`);
  });
}

export const lvmChange: Readonly<Record<string, Program>> = { lvcreate, lvextend, lvremove };
