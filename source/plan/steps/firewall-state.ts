import { type Answer, onSuccess } from '../../host/answer.ts';
import { packetFilterRules } from '../../host/node-state.ts';
import { filterTable } from '../../network/packet-filter.ts';
import { look } from '../execution/carry-out.ts';
import { stopTimer } from '../execution/restore-timer.ts';
import { untilTold } from '../execution/told.ts';
import type { LookContext, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { allFirewallFiles, firewallUnit, lookAtFirewall, restoreTimer } from './firewall-files.ts';

/** What ends the packet filter of a node, in this order, with the exit codes of what is not there. */
export const endFirewall = {
  disarm: { words: stopTimer(restoreTimer), allow: [0, 5] },
  disable: { words: ['systemctl', 'disable', firewallUnit], allow: [0, 1] },
  remove: { words: ['rm', '-f', ...allFirewallFiles], allow: [0] },
  delete: { words: ['nft', 'delete', 'table', ...filterTable], allow: [0, 1] },
  reload: { words: ['systemctl', 'daemon-reload'], allow: [0] },
} as const;

/** `same`, `other` or `absent`: the table in the kernel beside that of the file. */
export async function inKernel(context: LookContext, node: string): Promise<Answer<string>> {
  return onSuccess(await look(context, node, lookAtFirewall), (state) => state.trim());
}

/** Writes rules of before into their file, and loads them. */
export async function loadEarlier(context: StepContext, node: string, rules: string): Promise<void> {
  await context.write(node, { path: packetFilterRules, content: rules, mode: 0o600, owner: 'root:root' });
  await context.run(node, ['nft', '-f', packetFilterRules], { sudo: true });
}

/** Throws `StepFault` unless the rules of before are loaded, or none where none were. */
export async function verifyRestored(context: StepContext, node: string, wanted: 'same' | 'absent'): Promise<string> {
  const ask = () => inKernel(context, node);
  if ((await untilTold(context, { node, what: 'its packet filter', ask })) === wanted)
    return wanted === 'absent' ? 'none of its rules is loaded' : 'its previous rules are loaded';
  throw new StepFault({
    tried: `restore the packet filter of ${node}`,
    seen: `the loaded rules are not the previous ones`,
    next: [`sudo nft list table ${filterTable.join(' ')} on ${node}`],
  });
}
