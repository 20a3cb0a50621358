import * as z from 'zod';
import { parseSafeJson } from '../../text/safe-text.ts';
import { carryOut, look } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
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
  if (found) {
    throw new StepFault({
      tried: `make ${p.group}/${p.volume} of ${p.gib} GB on ${p.node}`,
      seen: `it is there with ${Math.floor(found.gib)} GB, and what lies on it is not known`,
      next: [
        `Grow it knowingly: sudo lvextend -L ${p.gib}G ${p.group}/${p.volume}`,
        `Or take the size that is there: storage.shared.size in site.yaml`,
      ],
    });
  }
  context.remember('made', `${p.group}/${p.volume}`);
  await carryOut(context, step, {
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

export function planSharedVolume(p: Parameters): PlannedStep {
  return plannedStep(sharedVolume, {
    node: p.node,
    group: 'Shared volumes',
    title: `Make logical volume ${p.group}/${p.volume} of ${p.gib} GB`,
    why: 'The pool of replicated volumes keeps its copy of the data on it.',
    deadline: minutes(2),
    parameters: p,
    commands: [
      command('create', p.node, ['lvcreate', '-y', '-L', `${p.gib}G`, '-n', p.volume, '--addtag', tag, p.group], {
        note: 'only free space of the group is taken',
      }),
    ],
    changes: ['shared-volume'],
  });
}
