import { applyNetplan } from '../node/apply-netplan.ts';
import { type Netplan, NetplanError, readNetplan } from '../node/netplan.ts';
import { type Call, type Program, refuse, type Steps } from './call.ts';

/** What netplan would do with the files, or the exit code of its refusal. */
function read(call: Call): Netplan | number {
  try {
    const netplan = call.look(readNetplan);
    for (const warning of netplan.warnings) call.err(`\n** (generate:4711): WARNING **: ${warning}\n`);
    return netplan;
  } catch (thrown) {
    if (thrown instanceof NetplanError) return refuse(call, thrown.message);
    throw thrown;
  }
}

function* netplan(call: Call): Steps {
  const [verb, ...rest] = call.words;
  if (verb === 'get') return 0;
  if (verb !== 'generate' && verb !== 'apply' && verb !== 'try')
    return refuse(call, 'usage: /usr/sbin/netplan  [-h] [--debug]  ...', 2);
  if (!call.root)
    return refuse(call, 'ERROR: cannot create file /run/systemd/network/10-netplan.network: Permission denied');
  if (rest.includes('--help')) return 0;
  yield 250;
  const network = read(call);
  if (typeof network === 'number') return network;
  if (verb === 'generate') return 0;
  yield 350;
  if (verb === 'try') return refuse(call, 'Reverting.', 78);
  call.change((machine) => applyNetplan(machine, network));
  return 0;
}

export const netplanPrograms: Readonly<Record<string, Program>> = { netplan };
