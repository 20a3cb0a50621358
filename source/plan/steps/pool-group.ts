import * as z from 'zod';
import { type Answer, onSuccess } from '../../host/answer.ts';
import { gigabytes } from '../../storage/bytes.ts';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { deviceIdentity } from './device-identity.ts';
import { eraseCommands, takeDevice } from './erase-device.ts';
import { tag } from './logical-volume.ts';

const parameters = z.object({
  node: z.string(),
  group: z.string(),
  device: deviceIdentity,
  erase: z.array(z.string()).default([]),
});
type Parameters = z.output<typeof parameters>;

const groups = z.object({ report: z.array(z.object({ vg: z.array(z.object({ vg_name: z.string() })) })) });

async function isThere(context: LookContext, { node, group }: Parameters): Promise<Answer<boolean>> {
  const result = await look(context, node, ['vgs', '--reportformat', 'json', '-o', 'vg_name']);
  return onSuccess(result, (stdout) =>
    groups.parse(parseSafeJson(stdout)).report.some(({ vg }) => vg.some(({ vg_name }) => vg_name === group)),
  );
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const there = await isThere(context, p);
  if (!there.answered) return silent(p.node, there.said);
  return { ok: there.value, observed: there.value ? `volume group ${p.group} is there` : `no volume group ${p.group}` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await takeDevice(context, p, step, `make ${p.group}`);
  context.remember('made', p.device.path);
  await runCommand(context, step, 'create', {
    run: { next: [`sudo wipefs -n ${p.device.path} on ${p.node} shows what is on it`] },
  });
}

export const poolGroup: StepKind<typeof parameters> = {
  kind: 'pool-group',
  parameters,
  state,
  act,
  madeUnder: () => 'made',
  async undo(context, p) {
    if (context.recall('made') !== p.device.path) return madeNothing;
    const ask = () => isThere(context, p);
    if (await untilTold(context, { node: p.node, what: 'its volume groups', ask })) {
      // Without --force it refuses while a logical volume is left in the group.
      await context.run(p.node, ['vgremove', p.group], { sudo: true });
      await context.run(p.node, ['pvremove', p.device.path], { sudo: true });
    }
    return untilGone(context, () => state(context, p));
  },
};

export function planPoolGroup(input: z.input<typeof parameters>): PlannedStep {
  const p = parameters.parse(input);
  const { path, sizeBytes, serial } = p.device;
  const what = [gigabytes(sizeBytes), ...(serial === undefined ? [] : [`serial ${serial}`])].join(', ');
  return plannedStep(poolGroup, {
    node: p.node,
    group: 'Shared volumes',
    title: `${p.erase.length > 0 ? 'Erase and make' : 'Make'} volume group ${p.group} on ${path} (${what})`,
    why:
      p.erase.length > 0
        ? 'The site names this device for the pool, and confirms its name: all data on it is lost. It is identified again just before.'
        : 'The site names this device for the pool. It is identified again, and must be blank, just before.',
    risk: 'dangerous',
    deadline: minutes(2),
    parameters: p,
    commands: [
      ...eraseCommands(p),
      command('create', p.node, ['vgcreate', '--addtag', tag, p.group, path], {
        note: 'without --yes: LVM refuses a device that holds anything',
      }),
    ],
    changes: ['shared-volume'],
  });
}
