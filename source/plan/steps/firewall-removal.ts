import * as z from 'zod';
import { packetFilterRules } from '../../host/node-state.ts';
import { filterTable } from '../../network/packet-filter.ts';
import { look, readText, runCommand } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { stopTimer } from '../execution/restore-timer.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { allFirewallFiles, firewallFiles, firewallUnit, lookAtFirewall, restoreTimer } from './firewall-files.ts';

const parameters = z.object({ node: z.string() });
type Parameters = z.output<typeof parameters>;

/** What ends the packet filter of a node, in this order, with the exit codes of what is not there. */
export const endFirewall = {
  disarm: { words: stopTimer(restoreTimer), allow: [0, 5] },
  disable: { words: ['systemctl', 'disable', firewallUnit], allow: [0, 1] },
  remove: { words: ['rm', '-f', ...allFirewallFiles], allow: [0] },
  delete: { words: ['nft', 'delete', 'table', ...filterTable], allow: [0, 1] },
  reload: { words: ['systemctl', 'daemon-reload'], allow: [0] },
} as const;

const inKernel = async (context: StepContext, node: string): Promise<string> =>
  (await look(context, node, lookAtFirewall)).stdout.trim();

async function state(context: StepContext, { node }: Parameters): Promise<StateCheck> {
  if ((await readText(context, node, packetFilterRules)) !== undefined) return notYet(`${packetFilterRules} is there`);
  if ((await inKernel(context, node)) !== 'absent') return notYet('its rules are loaded');
  return { ok: true, observed: 'it has no packet filter of this site' };
}

async function act(context: StepContext, { node }: Parameters, step: PlannedStep): Promise<void> {
  const earlier = await readText(context, node, packetFilterRules);
  if (earlier !== undefined) context.remember('earlier', earlier);
  for (const [name, { allow }] of Object.entries(endFirewall))
    await runCommand(context, step, name, { run: { allow } });
}

async function undo(context: StepContext, { node }: Parameters): Promise<void> {
  const earlier = context.recall('earlier');
  if (earlier === undefined) return;
  for (const { node: _on, ...file } of firewallFiles(node, earlier)) await context.write(node, file);
  await context.write(node, { path: packetFilterRules, content: earlier, mode: 0o600, owner: 'root:root' });
  for (const words of [
    ['nft', '-f', packetFilterRules],
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', firewallUnit],
  ])
    await context.run(node, words, { sudo: true });
  if ((await inKernel(context, node)) === 'same') return;
  throw new StepFault({
    tried: `load the packet filter of ${node} again`,
    seen: 'the rules that are loaded are not those of before',
    next: [`sudo nft list table ${filterTable.join(' ')} on ${node}`],
  });
}

export const firewallRemoval: StepKind<typeof parameters> = {
  kind: 'firewall-removal',
  parameters,
  state,
  act,
  undo,
};

/** The step that ends the packet filter that an earlier site.yaml asked for. */
export const planFirewallRemoval = (node: string): PlannedStep =>
  plannedStep(firewallRemoval, {
    node,
    group: 'Firewall',
    title: `Remove the packet filter of ${node}`,
    why: 'site.yaml has no network.firewall any more. Other firewalls of the node stay as they are.',
    deadline: minutes(2),
    parameters: { node },
    commands: Object.entries(endFirewall).map(([name, { words }]) => command(name, node, words)),
  });
