import * as z from 'zod';
import { packetFilterRules } from '../../host/node-state.ts';
import { readText, runCommand } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { madeNothing } from '../execution/gone.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { firewallFiles, firewallUnit } from './firewall-files.ts';
import { endFirewall, inKernel, loadEarlier, verifyRestored } from './firewall-state.ts';

const parameters = z.object({ node: z.string() });
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, { node }: Parameters): Promise<StateCheck> {
  if ((await readText(context, node, packetFilterRules)) !== undefined) return notYet(`${packetFilterRules} is there`);
  const live = await inKernel(context, node);
  if (!live.answered) return silent(node, live.said);
  if (live.value !== 'absent') return notYet('its rules are loaded');
  return { ok: true, observed: 'it has no packet filter of this site' };
}

async function act(context: StepContext, { node }: Parameters, step: PlannedStep): Promise<void> {
  const earlier = await readText(context, node, packetFilterRules);
  if (earlier !== undefined) context.remember('earlier', earlier);
  for (const [name, { allow }] of Object.entries(endFirewall))
    await runCommand(context, step, name, { run: { allow } });
}

async function undo(context: StepContext, { node }: Parameters): Promise<string> {
  const earlier = context.recall('earlier');
  if (earlier === undefined) return madeNothing;
  for (const { node: _on, ...file } of firewallFiles(node, earlier)) await context.write(node, file);
  await loadEarlier(context, node, earlier);
  await context.run(node, endFirewall.reload.words, { sudo: true });
  await context.run(node, ['systemctl', 'enable', firewallUnit], { sudo: true });
  return verifyRestored(context, node, 'same');
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
    why: 'network.firewall was removed from site.yaml. Other firewalls of the node stay as they are.',
    deadline: minutes(2),
    parameters: { node },
    commands: Object.entries(endFirewall).map(([name, { words }]) => command(name, node, words)),
  });
