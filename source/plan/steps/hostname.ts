import * as z from 'zod';
import { type Answer, onSuccess } from '../../host/answer.ts';
import { carryOut, look } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedFile, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ node: z.string(), cloudInit: z.boolean() });
type Parameters = z.output<typeof parameters>;

/** cloud-init sets the name of the image again at a boot, and writes /etc/hosts, unless it is set not to. */
const cloudInitFile = '/etc/cloud/cloud.cfg.d/99-kloudspot.cfg';
const cloudInitText =
  '# Put here by kloudspot: the host name and /etc/hosts are set by hand.\npreserve_hostname: true\nmanage_etc_hosts: false\n';

const set = (name: string) => ['hostnamectl', 'set-hostname', name];

function files({ node, cloudInit }: Parameters): PlannedFile[] {
  return cloudInit ? [{ node, path: cloudInitFile, content: cloudInitText, mode: 0o644 }] : [];
}

async function staticName(context: LookContext, node: string): Promise<Answer<string>> {
  return onSuccess(await look(context, node, ['hostnamectl', '--static']), (name) => name.trim());
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await staticName(context, p.node);
  if (!answer.answered) return silent(p.node, answer.said);
  const name = answer.value;
  const kept = !p.cloudInit || (await (await context.look(p.node)).readFile(cloudInitFile)) === cloudInitText;
  if (name !== p.node) return { ok: false, observed: `named ${name || 'nothing'}` };
  return { ok: kept, observed: kept ? `named ${name}` : `named ${name}, but cloud-init may rename it at boot` };
}

export const hostname: StepKind<typeof parameters> = {
  kind: 'hostname',
  parameters,

  state,
  async act(context, p, step) {
    const ask = () => staticName(context, p.node);
    context.remember('before', await untilTold(context, { node: p.node, what: 'its host name', ask }));
    await carryOut(context, step);
  },
  async undo(context, p) {
    const before = context.recall('before');
    if (before) await context.run(p.node, set(before), { sudo: true });
    if (p.cloudInit) await context.run(p.node, ['rm', '-f', cloudInitFile], { sudo: true });
    return untilGone(context, () => state(context, p));
  },
};

export function planHostname(p: Parameters): PlannedStep {
  return plannedStep(hostname, {
    node: p.node,
    group: 'Host names',
    title: `Name the machine ${p.node}`,
    why: 'Kubernetes knows a node by its host name: two of one name would be one node.',
    deadline: minutes(3),
    parameters: p,
    commands: [command('set-name', p.node, set(p.node))],
    files: files(p),
    changes: ['hostname'],
  });
}
