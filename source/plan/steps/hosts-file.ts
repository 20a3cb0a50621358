import * as z from 'zod';
import { defined } from '../../text/defined.ts';
import { carryOut, readText } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const path = '/etc/hosts';
const templatePath = '/etc/cloud/templates/hosts.debian.tmpl';
/** `template`: where cloud-init writes the file at every boot, what it makes it of. */
const parameters = z.object({ node: z.string(), content: z.string(), template: z.string().exactOptional() });
type Parameters = z.output<typeof parameters>;

async function state(context: StepContext, { node, content, template }: Parameters): Promise<StateCheck> {
  const named = (await readText(context, node, path)) === content;
  const lasts = template === undefined || (await readText(context, node, templatePath)) === template;
  if (!named) return { ok: false, observed: 'does not name every node as planned' };
  return { ok: lasts, observed: lasts ? 'names every node' : 'names every node, but cloud-init replaces it at a boot' };
}

export const hostsFile: StepKind<typeof parameters> = {
  kind: 'hosts-file',
  parameters,

  state,
  async act(context, { node, template }, step) {
    context.remember('before', (await readText(context, node, path)) ?? '');
    if (template !== undefined) context.remember('template', (await readText(context, node, templatePath)) ?? '');
    await carryOut(context, step);
  },
  async undo(context, { node }) {
    const before = context.recall('before');
    if (before !== undefined) await context.write(node, { path, content: before });
    const template = context.recall('template');
    if (template !== undefined) await context.write(node, { path: templatePath, content: template });
  },
};

/** `before`: what stands there now, for the differences. */
export function planHostsFile(
  p: Parameters,
  before: { readonly hosts?: string | undefined; readonly template?: string | undefined },
): PlannedStep {
  return plannedStep(hostsFile, {
    node: p.node,
    group: 'Hosts files',
    title: 'Name every node in /etc/hosts',
    why: 'A manager refuses a node whose name it cannot resolve.',
    deadline: minutes(3),
    parameters: p,
    files: [
      { node: p.node, path, content: p.content, mode: 0o644, ...defined({ before: before.hosts }) },
      ...(p.template === undefined
        ? []
        : [
            {
              node: p.node,
              path: templatePath,
              content: p.template,
              mode: 0o644,
              ...defined({ before: before.template }),
            },
          ]),
    ],
    changes: ['hosts'],
  });
}
