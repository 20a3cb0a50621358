import { fileAt, namesIn } from '../node/file-system.ts';
import { type Call, type Program, refuse, type Steps } from './call.ts';
import { restoreFilter } from './nft.ts';

/** Stand-ins for the script files that steps leave on a node, by the file's name. A stand-in reads its parameters in the text. */
const fileScripts: Readonly<Record<string, (call: Call, text: string) => Steps>> = {
  'network-restore.sh': networkRestore,
  'firewall-restore.sh': function* (call) {
    yield 20;
    return restoreFilter(call);
  },
};

/** `sh FILE`: there is no shell here, only stand-ins for known files. */
function* sh(call: Call): Steps {
  const [path = ''] = call.words;
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined) return refuse(call, `sh: 0: cannot open ${path}: No such file`, 127);
  const script = fileScripts[path.slice(path.lastIndexOf('/') + 1)];
  if (script === undefined) return refuse(call, `sh: ${path}: this script is not known to the rehearsal`, 127);
  return yield* script(call, text);
}

/** Removes the new netplan files, moves the old ones back and applies them. */
function* networkRestore(call: Call, text: string): Steps {
  const [, added] = /^rm -f (.+)$/m.exec(text) ?? [];
  const [, kept] = /^for file in (\S+)\/\*; do$/m.exec(text) ?? [];
  const [, unit] = /^systemctl disable (\S+)$/m.exec(text) ?? [];
  if (added === undefined || kept === undefined || unit === undefined || !text.endsWith('\nnetplan apply\n'))
    return refuse(call, `sh: ${call.words[0]}: the rehearsal knows another text of this script`, 127);
  yield* call.exec(['rm', '-f', ...added.split(' ')]);
  const names = call.look((machine) => namesIn(machine, kept));
  if (names.length > 0) yield* call.exec(['mv', '-f', ...names.map((name) => `${kept}/${name}`), '/etc/netplan/']);
  if (call.look((machine) => fileAt(machine, `/etc/systemd/system/${unit}`) !== undefined))
    yield* call.exec(['systemctl', 'disable', unit]);
  return yield* call.exec(['netplan', 'apply']);
}

export const shell: Readonly<Record<string, Program>> = { sh };
