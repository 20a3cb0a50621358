import { lvmUuidOf } from '../model/random.ts';
import { blockDevices, extentBytes } from '../node/partitions.ts';
import { type Call, optionsOf, type Program, refuse, type Steps, say } from './call.ts';

const valued = ['--addtag', '-s', '--physicalextentsize'];
const notRoot = '  WARNING: Running as a non-root user. Functionality may be unavailable.';

/** A whole blank disk or partition becomes a physical volume; anything on it makes LVM ask, and no one answers. */
function* vgcreate(call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [group = '', path = ''] = options.rest;
  if (!call.root) return refuse(call, notRoot, 5);
  yield 400;
  return call.change((machine) => {
    if (machine.lvm.groups.some(({ name }) => name === group))
      return refuse(call, `  A volume group called ${group} already exists.`, 5);
    const all = blockDevices(machine).flatMap((disk) => [disk, ...disk.children]);
    const device = all.find((each) => each.path === path);
    if (!device) return refuse(call, `  No device found for ${path}.`, 5);
    if (device.fsType !== undefined || device.children.length > 0) {
      const what = device.fsType ?? 'gpt';
      return refuse(
        call,
        `WARNING: ${what} signature detected on ${path}. Wipe it? [y/n]: [n]\n  Aborted wiping of ${what}.`,
        5,
      );
    }
    const uuid = (kind: string) => lvmUuidOf(`${kind}/${machine.id}/${machine.bootId}/${group}`);
    machine.lvm.groups.push({ name: group, uuid: uuid('vg'), extentBytes });
    const extents = Math.floor((device.sizeBytes - 1024 ** 2) / extentBytes);
    machine.lvm.physical.push({ name: path, uuid: uuid('pv'), group, deviceBytes: device.sizeBytes, extents });
    call.out(`  Physical volume "${path}" successfully created.\n`);
    return say(call, `  Volume group "${group}" successfully created`);
  });
}

function* vgremove(call: Call): Steps {
  const [group = ''] = optionsOf(call.words, valued).rest;
  if (!call.root) return refuse(call, notRoot, 5);
  yield 300;
  return call.change((machine) => {
    if (!machine.lvm.groups.some(({ name }) => name === group))
      return refuse(call, `  Volume group "${group}" not found\n  Cannot process volume group ${group}`, 5);
    if (machine.lvm.logical.some((volume) => volume.group === group))
      return refuse(call, `  Volume group "${group}" not removed`, 5);
    machine.lvm.groups = machine.lvm.groups.filter(({ name }) => name !== group);
    machine.lvm.physical = machine.lvm.physical.map((each) => (each.group === group ? { ...each, group: '' } : each));
    return say(call, `  Volume group "${group}" successfully removed`);
  });
}

function* pvremove(call: Call): Steps {
  const [path = ''] = optionsOf(call.words, valued).rest;
  if (!call.root) return refuse(call, notRoot, 5);
  yield 200;
  return call.change((machine) => {
    const found = machine.lvm.physical.find(({ name }) => name === path);
    if (!found) return refuse(call, `  No PV found on device ${path}.`, 5);
    if (found.group !== '')
      return refuse(call, `  PV ${path} is used by VG ${found.group} so please use vgreduce first.`, 5);
    machine.lvm.physical = machine.lvm.physical.filter((each) => each !== found);
    return say(call, `  Labels on physical volume "${path}" successfully wiped.`);
  });
}

export const lvmGroups: Readonly<Record<string, Program>> = { vgcreate, vgremove, pvremove };
