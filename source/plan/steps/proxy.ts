import * as z from 'zod';
import { aptProxyFile } from '../../host/node-state.ts';
import { readSystemProxy, type SystemProxy, snap } from '../../microk8s/snap.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { silent, snapdTold } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

/** What snapd holds. */
export const settings = z.object({ http: z.string(), https: z.string(), none: z.string() });
const parameters = z.object({ node: z.string(), proxy: settings });
type Parameters = z.output<typeof parameters>;

/** What everything else needs first: without the store there is no MicroK8s. */
const tried = 'https://api.snapcraft.io/';

const aptText = ({ proxy }: Parameters): string =>
  `// Written by kloudspot from site.yaml: network.proxy\nAcquire::http::Proxy "${proxy.http}";\nAcquire::https::Proxy "${proxy.https}";\n`;

const proxySeen = async (context: LookContext, node: string) =>
  readSystemProxy(await look(context, node, snap.systemProxy()));

/** What snapd has. Throws `StepFault` where it does not answer: undo puts it back. */
export function standing(context: StepContext, node: string): Promise<SystemProxy> {
  return snapdTold(context, node, 'the proxy of snapd', () => proxySeen(context, node));
}

async function state(context: LookContext, { node, proxy }: Parameters, step: PlannedStep): Promise<StateCheck> {
  const [answer, apt] = await Promise.all([proxySeen(context, node), readText(context, node, aptProxyFile)]);
  if (!answer.answered) return silent(node, answer.said);
  const now = answer.value;
  const same = now.http === proxy.http && now.https === proxy.https && now.none === proxy.none;
  if (!same) return { ok: false, observed: now.http === undefined ? 'snapd has no proxy' : `snapd has ${now.http}` };
  const ok = apt === step.files[0]?.content;
  return { ok, observed: ok ? `apt, snapd and the environment have ${proxy.http}` : 'apt has another proxy, or none' };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const before = await standing(context, p.node);
  context.remember('before', JSON.stringify(before));
  const apt = await readText(context, p.node, aptProxyFile);
  if (apt !== undefined) context.remember('apt', apt);
  await runCommand(context, step, 'try', {
    run: {
      deadline: minutes(1),
      causes: ['the proxy does not answer', 'it requires a login', 'it refuses api.snapcraft.io'],
      next: ['Correct network.proxy in site.yaml, or allow this server in the proxy'],
    },
  });
  await writeFiles(context, step);
  await runCommand(context, step, 'set');
}

/** What was there before is put back; a file of apt from an earlier run, too. */
async function undo(context: StepContext, p: Parameters, step: PlannedStep): Promise<string> {
  const { node } = p;
  const before = settings.partial().safeParse(JSON.parse(context.recall('before') ?? '{}'));
  const apt = context.recall('apt');
  if (apt === undefined) await context.run(node, ['rm', '-f', aptProxyFile], { sudo: true });
  else await context.write(node, { path: aptProxyFile, content: apt, mode: 0o644 });
  await context.run(node, snap.setSystemProxy(before.success ? before.data : {}), { sudo: true });
  return untilGone(context, () => state(context, p, step));
}

export const proxyKind: StepKind<typeof parameters> = { kind: 'proxy', parameters, state, act, undo };

export function planProxy(p: Parameters): PlannedStep {
  return plannedStep(proxyKind, {
    node: p.node,
    group: 'Proxy',
    title: `Use the proxy ${p.proxy.http}`,
    why: 'Packages, snaps, images and charts come through it; nodes and the cluster are reached directly.',
    deadline: minutes(3),
    parameters: p,
    commands: [
      command('try', p.node, ['curl', '-sS', '-o', '/dev/null', '-m', '30', '--proxy', p.proxy.https, tried], {
        note: 'a real request through it, before anything is changed',
      }),
      command('set', p.node, snap.setSystemProxy(p.proxy), {
        note: 'snapd keeps it, and writes it into /etc/environment, where MicroK8s and Helm take it from',
      }),
    ],
    files: [{ node: p.node, path: aptProxyFile, content: aptText(p), mode: 0o644 }],
  });
}
