import * as z from 'zod';
import { gigabytes } from '../../storage/bytes.ts';
import { parseSafeJson } from '../../text/safe-text.ts';
import { carryOut, look } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** What identified the device when it was chosen. */
const identity = z.object({
  path: z.string(),
  sizeBytes: z.number().int(),
  wwn: z.string().optional(),
  serial: z.string().optional(),
});
const parameters = z.object({ node: z.string(), group: z.string(), device: identity });
type Parameters = z.output<typeof parameters>;

const tag = 'kloudspot';

const groups = z.object({ report: z.array(z.object({ vg: z.array(z.object({ vg_name: z.string() })) })) });

/** lsblk(8) with -J -b. */
const devices = z.object({
  blockdevices: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      serial: z.string().nullish(),
      wwn: z.string().nullish(),
      mountpoints: z.array(z.string().nullable()).default([]),
      children: z.array(z.unknown()).default([]),
    }),
  ),
});

/** wipefs(8) with -n -J: an empty list where nothing is on the device. */
const signatures = z.object({ signatures: z.array(z.object({ type: z.string() })) });

async function state(context: StepContext, { node, group }: Parameters): Promise<StateCheck> {
  const result = await look(context, node, ['vgs', '--reportformat', 'json', '-o', 'vg_name']);
  if (result.code !== 0) return { ok: false, observed: result.stderr.trim() || `vgs ended with ${result.code}` };
  const names = groups.parse(parseSafeJson(result.stdout)).report.flatMap(({ vg }) => vg.map((row) => row.vg_name));
  return names.includes(group)
    ? { ok: true, observed: `volume group ${group} is there` }
    : { ok: false, observed: `no volume group ${group}` };
}

/** The same device by everything that it was chosen by, and nothing on it: looked at just before it is written to. */
async function identify(context: StepContext, { node, group, device }: Parameters): Promise<void> {
  const refuse = (seen: string): StepFault =>
    new StepFault({
      tried: `make ${group} on ${device.path} of ${node}`,
      seen,
      next: ['kloudspot storage list shows the disks as they are now', 'Nothing was written to the device'],
    });
  const columns = 'PATH,SIZE,SERIAL,WWN,MOUNTPOINTS';
  const listed = await look(context, node, ['lsblk', '-J', '-b', '-o', columns, device.path]);
  const [seen] = listed.code === 0 ? devices.parse(parseSafeJson(listed.stdout)).blockdevices : [];
  if (!seen) throw refuse('the device is not there any more');
  const differs = difference(device, seen);
  if (differs !== undefined) throw refuse(differs);
  if (seen.children.length > 0 || seen.mountpoints.some(Boolean)) throw refuse('something lies on it now');
  const wiped = await look(context, node, ['wipefs', '-n', '-J', device.path]);
  if (wiped.code !== 0) throw refuse(wiped.stderr.trim() || `wipefs ended with ${wiped.code}`);
  const text = wiped.stdout.trim();
  const found = text === '' ? [] : signatures.parse(parseSafeJson(text)).signatures.map(({ type }) => type);
  if (found.length > 0) throw refuse(`it carries ${found.join(', ')}`);
}

function difference(
  device: Parameters['device'],
  seen: z.output<typeof devices>['blockdevices'][number],
): string | undefined {
  if (seen.size !== device.sizeBytes) return `it has ${gigabytes(seen.size)}, not ${gigabytes(device.sizeBytes)}`;
  if ((seen.wwn ?? undefined) !== device.wwn) return `its WWN is ${seen.wwn ?? 'none'}, not ${device.wwn ?? 'none'}`;
  if ((seen.serial ?? undefined) !== device.serial)
    return `its serial number is ${seen.serial ?? 'none'}, not ${device.serial ?? 'none'}`;
  return undefined;
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await identify(context, p);
  context.remember('made', p.device.path);
  await carryOut(context, step, {
    run: { next: [`sudo wipefs -n ${p.device.path} on ${p.node} shows what is on it`] },
  });
}

export const poolGroup: StepKind<typeof parameters> = {
  kind: 'pool-group',
  parameters,
  state,
  act,
  async undo(context, p) {
    if (context.recall('made') !== p.device.path || !(await state(context, p)).ok) return;
    // Without --force it refuses while a logical volume is left in the group.
    await context.run(p.node, ['vgremove', p.group], { sudo: true });
    await context.run(p.node, ['pvremove', p.device.path], { sudo: true });
  },
};

export function planPoolGroup(p: Parameters): PlannedStep {
  const { path, sizeBytes, serial } = p.device;
  const what = [gigabytes(sizeBytes), ...(serial === undefined ? [] : [`serial ${serial}`])].join(', ');
  return plannedStep(poolGroup, {
    node: p.node,
    group: 'Shared volumes',
    title: `Make volume group ${p.group} on ${path} (${what})`,
    why: 'The site names this device for the pool. It is identified again, and must be blank, just before.',
    risk: 'dangerous',
    deadline: minutes(2),
    parameters: p,
    commands: [
      command('create', p.node, ['vgcreate', '--addtag', tag, p.group, path], {
        note: 'without --yes: LVM refuses a device that carries anything',
      }),
    ],
    changes: ['shared-volume'],
  });
}
