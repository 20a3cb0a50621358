import * as z from 'zod';
import { defined } from '../../text/defined.ts';
import { carryOut, readText } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const path = '/etc/hosts';
const templatePath = '/etc/cloud/templates/hosts.debian.tmpl';
/** What is written is in the step's files alone: with many nodes it is the largest part of a plan. */
const parameters = z.object({ node: z.string() });
type Parameters = z.output<typeof parameters>;

/** `template`: where cloud-init writes the file at every boot, what it makes it of. */
interface Contents {
  readonly content: string;
  readonly template?: string;
}

const contentOf = ({ files }: PlannedStep, wanted: string): string | undefined =>
  files.find((file) => file.path === wanted)?.content;

async function state(context: LookContext, { node }: Parameters, step: PlannedStep): Promise<StateCheck> {
  const template = contentOf(step, templatePath);
  const named = (await readText(context, node, path)) === contentOf(step, path);
  const lasts = template === undefined || (await readText(context, node, templatePath)) === template;
  if (!named) return { ok: false, observed: 'does not name every node as planned' };
  return { ok: lasts, observed: lasts ? 'names every node' : 'names every node, but cloud-init replaces it at boot' };
}

export const hostsFile: StepKind<typeof parameters> = {
  kind: 'hosts-file',
  parameters,

  state,
  async act(context, { node }, step) {
    context.remember('before', (await readText(context, node, path)) ?? '');
    if (contentOf(step, templatePath) !== undefined)
      context.remember('template', (await readText(context, node, templatePath)) ?? '');
    await carryOut(context, step);
  },
  async undo(context, p, step) {
    const { node } = p;
    const before = context.recall('before');
    if (before !== undefined) await context.write(node, { path, content: before });
    const template = context.recall('template');
    if (template !== undefined) await context.write(node, { path: templatePath, content: template });
    return untilGone(context, () => state(context, p, step));
  },
};

/** `before`: what is there now, for the differences. */
export function planHostsFile(
  node: string,
  { content, template }: Contents,
  before: { readonly hosts?: string | undefined; readonly template?: string | undefined },
): PlannedStep {
  return plannedStep(hostsFile, {
    node,
    group: 'Hosts files',
    title: 'Name every node in /etc/hosts',
    why: 'A manager refuses a node whose name it cannot resolve.',
    deadline: minutes(3),
    parameters: { node },
    files: [
      { node, path, content, mode: 0o644, ...defined({ before: before.hosts }) },
      ...(template === undefined
        ? []
        : [
            {
              node,
              path: templatePath,
              content: template,
              mode: 0o644,
              ...defined({ before: before.template }),
            },
          ]),
    ],
    changes: ['hosts'],
  });
}
