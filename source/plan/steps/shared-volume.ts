import * as z from 'zod';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({ node: z.string(), group: z.string(), volume: z.string(), gib: z.number().int() });
type Parameters = z.output<typeof parameters>;

/** What this program made carries this tag, and nothing else is ever removed by it. */
const tag = 'kloudspot';
const gibibyte = 2 ** 30;

/** lvs(8): every value is a string; none is an empty list. */
const report = z.object({
  report: z.array(
    z.object({ lv: z.array(z.object({ lv_name: z.string(), lv_size: z.string(), lv_tags: z.string().default('') })) }),
  ),
});

const list = (group: string) => [
  'lvs',
  '--reportformat',
  'json',
  '--units',
  'b',
  '--nosuffix',
  '-o',
  'lv_name,vg_name,lv_size,lv_path,lv_tags',
  group,
];

interface Volume {
  readonly gib: number;
  readonly ours: boolean;
}

/** Undefined where there is no such volume. Throws `StepFault` where there is not even the group. */
async function find(context: StepContext, { node, group, volume }: Parameters): Promise<Volume | undefined> {
  const result = await look(context, node, list(group));
  if (result.code !== 0) {
    throw new StepFault({
      tried: `look into volume group ${group} on ${node}`,
      seen: result.stderr.trim().split('\n').at(-1) ?? `lvs ended with ${result.code}`,
      next: ['vgs lists the groups of the node; another one can be chosen in site.yaml, storage.shared.volumeGroup'],
    });
  }
  const rows = report.parse(parseSafeJson(result.stdout)).report.flatMap(({ lv }) => lv);
  const row = rows.find(({ lv_name }) => lv_name === volume);
  return row && { gib: Number(row.lv_size) / gibibyte, ours: row.lv_tags.split(',').includes(tag) };
}

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const found = await find(context, p);
  if (!found) return { ok: false, observed: `no ${p.group}/${p.volume}` };
  return { ok: found.gib >= p.gib, observed: `${p.group}/${p.volume} has ${Math.floor(found.gib)} GB` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await find(context, p);
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
    if (!made || !(await find(context, p))?.ours) return;
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
