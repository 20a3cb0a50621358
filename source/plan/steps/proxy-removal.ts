import * as z from 'zod';
import { aptProxyFile } from '../../host/node-state.ts';
import { snap } from '../../microk8s/snap.ts';
import { readText, runCommand } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { settings, standing } from './proxy.ts';

const parameters = z.object({ node: z.string() });
type Parameters = z.output<typeof parameters>;

/** What was there before: text of apt's file, and what snapd had. */
const earlier = z.object({
  apt: z.string(),
  snapd: settings.partial().optional(),
});

async function state(context: LookContext, { node }: Parameters): Promise<StateCheck> {
  if ((await readText(context, node, aptProxyFile)) !== undefined) return notYet(`${aptProxyFile} is there`);
  return { ok: true, observed: 'apt has no proxy of this site' };
}

/** The file of apt goes last: it says which proxy was ours. */
async function act(context: StepContext, { node }: Parameters, step: PlannedStep): Promise<void> {
  const apt = (await readText(context, node, aptProxyFile)) ?? '';
  const snapd = await standing(context, node);
  const ours = snapd.http !== undefined && apt.includes(`"${snapd.http}"`);
  context.remember('earlier', JSON.stringify({ apt, ...(ours ? { snapd } : {}) }));
  if (ours) await runCommand(context, step, 'unset');
  await runCommand(context, step, 'remove');
}

async function undo(context: StepContext, p: Parameters): Promise<string> {
  const { node } = p;
  const text = context.recall('earlier');
  if (text === undefined) return madeNothing;
  const { apt, snapd } = earlier.parse(JSON.parse(text));
  await context.write(node, { path: aptProxyFile, content: apt, mode: 0o644 });
  if (snapd) await context.run(node, snap.setSystemProxy(snapd), { sudo: true });
  return untilGone(context, () => state(context, p));
}

export const proxyRemoval: StepKind<typeof parameters> = { kind: 'proxy-removal', parameters, state, act, undo };

/** The step that removes the proxy that an earlier site.yaml named. */
export const planProxyRemoval = (node: string): PlannedStep =>
  plannedStep(proxyRemoval, {
    node,
    group: 'Proxy',
    title: 'Stop using the proxy',
    why: 'network.proxy was removed from site.yaml. What containerd was installed with stays in args/containerd-env of MicroK8s.',
    deadline: minutes(2),
    parameters: { node },
    commands: [
      command('unset', node, snap.setSystemProxy({}), { when: 'snapd has the proxy of that file still' }),
      command('remove', node, ['rm', '-f', aptProxyFile]),
    ],
  });
