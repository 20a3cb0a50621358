import type { Machine } from '../model/machine.ts';
import { nextHex } from '../model/random.ts';
import { fileAt, removePath, writePath } from '../node/file-system.ts';
import { hostKeyText } from '../scenario/host-key.ts';
import { type Call, type Program, say } from './call.ts';

const inUse = '/etc/ssh/ssh_host_ed25519_key.pub';
const made = '/etc/ssh/kloudspot-new/ssh_host_ed25519_key.pub';
const former = '/etc/ssh/kloudspot-before/ssh_host_ed25519_key.pub';

/** `new-host-keys NAME`: a new pair lies beside the one in use; its public half is printed. Of the kinds there is one. */
function newKeys(call: Call): number {
  const [name = ''] = call.words;
  const line = call.change((machine, state) => {
    const there = fileAt(machine, made)?.content;
    if (there !== undefined) return there;
    const text = `ssh-ed25519 ${hostKeyText(nextHex(state, 64))} root@${name}\n`;
    writePath(machine, made, text);
    return text;
  });
  return say(call, line.trimEnd());
}

function use(machine: Machine, from: string): void {
  const text = fileAt(machine, from)?.content ?? '';
  writePath(machine, inUse, text);
  removePath(machine, from);
  machine.hostKey = text.split(' ')[1] ?? machine.hostKey;
}

export const hostKeyScripts: Readonly<Record<string, Program>> = {
  'new-host-keys': newKeys,
  'use-host-keys': (call) =>
    call.change((machine) => {
      if (fileAt(machine, former) === undefined) writePath(machine, former, fileAt(machine, inUse)?.content ?? '');
      use(machine, made);
      return 0;
    }),
  'former-host-keys': (call) =>
    call.change((machine) => {
      use(machine, former);
      return 0;
    }),
};
