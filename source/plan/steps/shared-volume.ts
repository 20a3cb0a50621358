import * as z from 'zod';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { identifyBlank } from './device-identity.ts';
import { findVolume, tag, type Volume } from './logical-volume.ts';

/** A blank volume that the node has from the template it was cloned from, with the UUID that another node's has. */
const cloned = z.object({ uuid: z.string(), path: z.string(), sizeBytes: z.number().int() });

const parameters = z.object({
  node: z.string(),
  group: z.string(),
  volume: z.string(),
  gib: z.number().int(),
  cloned: cloned.optional(),
});
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const found = await findVolume(context, p);
  if (!found) return { ok: false, observed: `no ${p.group}/${p.volume}` };
  if (isClone(found, p)) return { ok: false, observed: `${p.group}/${p.volume} has the UUID of another node's` };
  return { ok: found.gib >= p.gib, observed: `${p.group}/${p.volume} has ${Math.floor(found.gib)} GB` };
}

const isClone = (found: Volume, p: Parameters): boolean => p.cloned !== undefined && found.uuid === p.cloned.uuid;

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await findVolume(context, p);
  if (!found) context.remember('made', `${p.group}/${p.volume}`);
  const clone = found !== undefined && isClone(found, p);
  if (clone && p.cloned) {
    await identifyBlank(context, p.node, p.cloned, 'make the volume again');
    await runCommand(context, step, 'remove');
  }
  await runCommand(context, step, found && !clone ? 'extend' : 'create', {
    run: { causes: ['the group has less free space than wanted'], next: [`sudo vgs ${p.group} on ${p.node}`] },
  });
}

export const sharedVolume: StepKind<typeof parameters> = {
  kind: 'shared-volume',
  parameters,

  state,
  act,
  madeUnder: () => 'made',
  async undo(context, p) {
    const made = context.recall('made') === `${p.group}/${p.volume}`;
    if (!made) return madeNothing;
    const found = await findVolume(context, p);
    if (found?.ours === false) return `${p.group}/${p.volume} was not made by kloudspot, and stays`;
    if (found) await context.run(p.node, ['lvremove', '-y', `${p.group}/${p.volume}`], { sudo: true });
    return untilGone(context, () => state(context, p));
  },
};

/** `standing`: GiB of the volume where one of that name was seen. A larger one is left as it is, or made as large again. */
export function planSharedVolume(p: Parameters, standing?: number): PlannedStep {
  const grows = standing !== undefined && standing < p.gib;
  return plannedStep(sharedVolume, {
    node: p.node,
    group: 'Shared volumes',
    title: titleOf(p, grows ? standing : undefined),
    why: p.cloned
      ? 'Two nodes with one UUID show the cluster a single device that moves from node to node. The pool of replicated volumes lies on it.'
      : 'The pool of replicated volumes keeps its copy of the data on it.',
    deadline: minutes(2),
    parameters: p,
    commands: [...(p.cloned ? [remove(p)] : []), create(p, standing), extend(p, standing)],
    changes: ['shared-volume'],
  });
}

function titleOf({ group, volume, gib, cloned }: Parameters, grownFrom: number | undefined): string {
  const name = `logical volume ${group}/${volume}`;
  if (cloned) return `Make ${name} of ${gib} GB again: the clone has a blank one with the UUID of another node's`;
  return grownFrom === undefined
    ? `Make ${name} of ${gib} GB`
    : `Grow ${name} from ${Math.floor(grownFrom)} to ${gib} GB`;
}

function remove({ node, group, volume }: Parameters): PlannedCommand {
  return command('remove', node, ['lvremove', '-y', `${group}/${volume}`], {
    when: "it is blank and has the UUID of another node's",
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
