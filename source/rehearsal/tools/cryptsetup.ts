import { fileAt, writePath } from '../node/file-system.ts';
import { carrierAt, openedAt } from '../node/mounts.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps, say } from './call.ts';

const valued = ['--key-file', '--type'];

/** `cryptsetup luksFormat|open|close|resize`, as far as a volume needs it; refusals in its words. */
function* cryptsetup(call: Call): Steps {
  const options = optionsOf(call.words, valued);
  const [verb = '', first = '', name = ''] = options.rest;
  if (!call.root) return refuse(call, 'Device is not accessible: not running as root.');
  const key = call.look((machine) => fileAt(machine, lastValue(options, '--key-file') ?? '')?.content);
  yield verb === 'luksFormat' ? 4_000 : 1_500;
  if (verb === 'close') return close(call, first);
  if (key === undefined) return refuse(call, 'Failed to open key file.');
  if (verb === 'luksFormat') return encrypt(call, first, key);
  if (verb === 'open') return open(call, { path: first, name, key });
  if (verb === 'resize')
    return call.look((machine) => openedAt(machine, `/dev/mapper/${first}`)) ? 0 : refuse(call, notActive(first), 4);
  return refuse(call, 'cryptsetup: Unknown action.');
}

const notActive = (name: string) => `Device ${name} is not active.`;

function encrypt(call: Call, path: string, key: string): number {
  return call.change((machine) => {
    const carrier = carrierAt(machine, path);
    if (carrier === undefined) return refuse(call, `Device ${path} does not exist or access denied.`, 4);
    if (carrier.luks()?.name !== undefined)
      return refuse(call, `Device ${path} is in use. Cannot proceed with format operation.`, 5);
    carrier.encrypt(key);
    return 0;
  });
}

function open(
  call: Call,
  { path, name, key }: { readonly path: string; readonly name: string; readonly key: string },
): number {
  return call.change((machine) => {
    const luks = carrierAt(machine, path)?.luks();
    if (luks === undefined) return refuse(call, `Device ${path} is not a valid LUKS device.`);
    if (luks.name !== undefined)
      return refuse(call, `Cannot use device ${path} which is in use (already mapped or mounted).`, 5);
    if (luks.key !== key) return refuse(call, 'No key available with this passphrase.', 2);
    luks.name = name;
    return 0;
  });
}

function close(call: Call, name: string): number {
  return call.change((machine) => {
    const luks = openedAt(machine, `/dev/mapper/${name}`);
    if (luks === undefined) return refuse(call, notActive(name), 4);
    if (luks.mount !== undefined) return refuse(call, `Device ${name} is still in use.`, 5);
    delete luks.name;
    return 0;
  });
}

/** `dd if=/dev/urandom of=FILE`: bytes that differ from file to file. */
const dd: Program = (call) => {
  const path = call.words.find((word) => word.startsWith('of='))?.slice(3) ?? '';
  call.change((machine, state) => writePath(machine, path, `random ${machine.id} ${path} ${state.time}`));
  return 0;
};

/** `stat -c %a FILE` */
const stat: Program = (call) => {
  const path = optionsOf(call.words, ['-c']).rest[0] ?? '';
  const file = call.look((machine) => fileAt(machine, path));
  if (file === undefined) return refuse(call, `stat: cannot statx '${path}': No such file or directory`);
  return say(call, file.mode.toString(8));
};

/** File systems take what their device has. */
const grow: Program = () => 0;

export const encryption: Readonly<Record<string, Program>> = {
  cryptsetup,
  dd,
  stat,
  resize2fs: grow,
  xfs_growfs: grow,
};
