import * as z from 'zod';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { findVolume, tag } from './logical-volume.ts';

const parameters = z.object({ node: z.string(), group: z.string(), volume: z.string(), gib: z.number().int() });
type Parameters = z.output<typeof parameters>;

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const found = await findVolume(context, p);
  if (!found) return { ok: false, observed: `no ${p.group}/${p.volume}` };
  return { ok: found.gib >= p.gib, observed: `${p.group}/${p.volume} has ${Math.floor(found.gib)} GB` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await findVolume(context, p);
  if (!found) context.remember('made', `${p.group}/${p.volume}`);
  await runCommand(context, step, found ? 'extend' : 'create', {
    run: { causes: ['the group has less free space than wanted'], next: [`sudo vgs ${p.group} on ${p.node}`] },
  });
}

export const sharedVolume: StepKind<typeof parameters> = {
  kind: 'shared-volume',
  parameters,

  state,
  act,
  async undo(context, p) {
    const made = context.recall('made') === `${p.group}/${p.volume}`;
    if (!made || !(await findVolume(context, p))?.ours) return;
    await context.run(p.node, ['lvremove', '-y', `${p.group}/${p.volume}`], { sudo: true });
  },
};

/** `standing`: GiB of the volume where one of that name was seen. A larger one is left as it is. */
export function planSharedVolume(p: Parameters, standing?: number): PlannedStep {
  const name = `${p.group}/${p.volume}`;
  const grows = standing !== undefined && standing < p.gib;
  return plannedStep(sharedVolume, {
    node: p.node,
    group: 'Shared volumes',
    title: grows
      ? `Grow logical volume ${name} from ${Math.floor(standing)} to ${p.gib} GB`
      : `Make logical volume ${name} of ${p.gib} GB`,
    why: 'The pool of replicated volumes keeps its copy of the data on it.',
    deadline: minutes(2),
    parameters: p,
    commands: [create(p, standing), extend(p, standing)],
    changes: ['shared-volume'],
  });
}

const note = 'only free space of the group is taken';

function create({ node, group, volume, gib }: Parameters, standing: number | undefined): PlannedCommand {
  const words = ['lvcreate', '-y', '-L', `${gib}G`, '-n', volume, '--addtag', tag, group];
  return command('create', node, words, { note, ...(standing === undefined ? {} : { when: 'it is not there' }) });
}

/** Without --resizefs: what lies on the volume, a pool or nothing, is not touched. */
function extend({ node, group, volume, gib }: Parameters, standing: number | undefined): PlannedCommand {
  const words = ['lvextend', '-L', `${gib}G`, `${group}/${volume}`];
  const always = standing !== undefined && standing < gib;
  return command('extend', node, words, { note, ...(always ? {} : { when: 'it is there and smaller' }) });
}
