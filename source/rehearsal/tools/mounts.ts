import { format, mountsOf } from '../node/mounts.ts';
import { lastValue, optionsOf, type Program, refuse, say } from './call.ts';

/** `findmnt -J -o SOURCE,FSTYPE --mountpoint PATH`: exit code 1 where nothing is mounted there. */
const findmnt: Program = (call) => {
  const options = optionsOf(call.words, ['-o', '--output', '--mountpoint']);
  const at = lastValue(options, '--mountpoint');
  const found = call.look((machine) => mountsOf(machine).find((one) => one.at === at));
  if (found === undefined) return 1;
  return say(call, JSON.stringify({ filesystems: [{ source: found.source, fstype: found.fsType }] }, undefined, 3));
};

/** `mkfs.ext4 -q DEVICE`. */
const mkfs = (fsType: string): Program =>
  function* (call) {
    const [path = ''] = optionsOf(call.words, ['-m', '-L']).rest;
    if (!call.root) return refuse(call, `mkfs.${fsType}: Permission denied while trying to determine filesystem size`);
    yield 2_500;
    const refused = call.change((machine) => format(machine, path, fsType));
    return refused === undefined ? 0 : refuse(call, refused);
  };

export const mounts: Readonly<Record<string, Program>> = {
  findmnt,
  'mkfs.ext4': mkfs('ext4'),
  'mkfs.xfs': mkfs('xfs'),
};
