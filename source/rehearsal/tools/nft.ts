import { packetFilterRules } from '../../host/node-state.ts';
import { fileAt } from '../node/file-system.ts';
import { type Call, optionsOf, type Program, refuse, say } from './call.ts';

const header = /^table inet kloudspot\ndelete table inet kloudspot\ntable inet kloudspot \{$/m;

/** `nft [-c] -f FILE` and `nft delete table inet kloudspot`, for the table of ours alone. */
function nft(call: Call): number {
  const { flags, values, rest } = optionsOf(call.words, ['-f']);
  if (!call.root) return refuse(call, 'Operation not permitted (you must be root)');
  const path = values.get('-f')?.[0];
  if (path === undefined) return rest.join(' ') === 'delete table inet kloudspot' ? deleteTable(call) : unknown(call);
  const text = call.look((machine) => fileAt(machine, path)?.content);
  if (text === undefined)
    return refuse(call, `internal:0:0-0: Error: Could not open file "${path}": No such file or directory`);
  if (!header.test(text)) return unknown(call);
  if (flags.has('-c')) return 0;
  return call.change((machine) => {
    machine.filter = text;
    return 0;
  });
}

const unknown = (call: Call) =>
  refuse(call, `nft: the rehearsal does not know these words: ${call.words.join(' ')}`, 127);

function deleteTable(call: Call): number {
  return call.change((machine) => {
    if (machine.filter === undefined)
      return refuse(call, 'Error: Could not process rule: No such file or directory\ndelete table inet kloudspot');
    delete machine.filter;
    return 0;
  });
}

/** `firewall-state`: whether the rules in force are those of the file. */
const firewallState: Program = (call) =>
  say(
    call,
    call.look((machine) => {
      if (machine.filter === undefined) return 'absent';
      return machine.filter === fileAt(machine, packetFilterRules)?.content ? 'same' : 'other';
    }),
  );

/** `firewall-restore.sh`: the rules of the file, or none. */
export function restoreFilter(call: Call): number {
  return call.change((machine) => {
    const text = fileAt(machine, packetFilterRules)?.content;
    if (text === undefined) delete machine.filter;
    else machine.filter = text;
    return 0;
  });
}

export const filterPrograms: Readonly<Record<string, Program>> = { nft };
export const filterScripts: Readonly<Record<string, Program>> = { 'firewall-state': firewallState };
