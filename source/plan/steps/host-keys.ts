import * as z from 'zod';
import { firstWords } from '../../host/answer.ts';
import type { Script } from '../../host/host.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** `shared`: fingerprint of the key that another node has too. `local`: the machine that kloudspot runs on, which is not reached by SSH. */
const parameters = z.object({ node: z.string(), shared: z.string(), local: z.boolean() });
type Parameters = z.output<typeof parameters>;

/** Makes new pairs beside the ones in use, and prints their public halves. */
const makeKeys = (node: string): Script => ({
  name: 'new-host-keys',
  text: `set -e
new=/etc/ssh/kloudspot-new
install -d -m 0700 "$new"
for kind in ed25519 ecdsa rsa; do
  [ -e "$new/ssh_host_\${kind}_key" ] || ssh-keygen -q -t "$kind" -N '' -C "root@$1" -f "$new/ssh_host_\${kind}_key"
done
cat "$new"/*.pub
`,
  arguments: [node],
});

/** Puts them in place, keeps the former ones, and puts those back where sshd does not take the new ones. Open connections stay. */
const useKeys: Script = {
  name: 'use-host-keys',
  text: `set -e
new=/etc/ssh/kloudspot-new before=/etc/ssh/kloudspot-before
install -d -m 0700 "$before"
for key in /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub; do
  [ ! -e "$key" ] || [ -e "$before/\${key##*/}" ] || cp -p "$key" "$before/"
done
trap 'cp -p "$before"/* /etc/ssh/' ERR
cp -p "$new"/* /etc/ssh/
/usr/sbin/sshd -t
systemctl reload ssh.service
trap - ERR
rm -r "$new"
`,
};

const formerKeys: Script = {
  name: 'former-host-keys',
  text: `set -e
before=/etc/ssh/kloudspot-before
cp -p "$before"/* /etc/ssh/
/usr/sbin/sshd -t
systemctl reload ssh.service
rm -r "$before"
`,
};

const kinds = ['ed25519', 'ecdsa', 'rsa'];

const keysIn = (text: string): string[] => text.split('\n').filter((line) => /^(ssh|ecdsa)-\S+ \S+/.test(line));

async function state(context: LookContext, { node, shared }: Parameters): Promise<StateCheck> {
  const { stdout } = await look(context, node, ['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub']);
  const own = /SHA256:\S+/.exec(stdout)?.[0];
  const ok = own !== undefined && own !== shared;
  return { ok, observed: ok ? `its own key ${own}` : 'the host key of another node' };
}

/** The new keys are pinned beside the old ones before they are used, so that the node is reached at every moment. */
async function swap(context: StepContext, p: Parameters, keys: readonly string[], use: () => Promise<unknown>) {
  if (!p.local) await context.trustHostKeys(p.node, keys, { besideOld: true });
  await use();
  if (!p.local) await context.trustHostKeys(p.node, keys, { besideOld: false });
}

export const hostKeys: StepKind<typeof parameters> = {
  kind: 'host-keys',
  parameters,
  state,
  async act(context, p, step) {
    const made = await runCommand(context, step, 'make-keys');
    await swap(context, p, keysIn(made.stdout), () => runCommand(context, step, 'use-keys'));
  },
  async undo(context, p) {
    const former = await look(context, p.node, [
      'cat',
      ...kinds.map((kind) => `/etc/ssh/kloudspot-before/ssh_host_${kind}_key.pub`),
    ]);
    const keys = keysIn(former.stdout);
    // Pinned in their place, none would make the node a stranger.
    if (keys.length === 0)
      throw new StepFault({ tried: `read the previous host keys of ${p.node}`, seen: firstWords(former) });
    await swap(context, p, keys, () => context.run(p.node, formerKeys, { sudo: true }));
    return untilGone(context, () => state(context, p));
  },
};

export function planHostKeys(p: Parameters): PlannedStep {
  return plannedStep(hostKeys, {
    node: p.node,
    group: 'Identities',
    title: 'Give the clone SSH host keys of its own',
    why: 'With one key on two nodes, one of them can pass for the other. The new keys are pinned here in the same step.',
    deadline: minutes(3),
    parameters: p,
    commands: [command('make-keys', p.node, makeKeys(p.node)), command('use-keys', p.node, useKeys)],
  });
}
