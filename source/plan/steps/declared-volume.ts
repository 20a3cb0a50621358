import * as z from 'zod';
import { carrierOf, luksKey } from '../../storage/luks.ts';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { declaredCommands, mountUnit, unitPath, unitText } from './declared-commands.ts';
import { closeEncrypted, encrypt, isTable, luksFiles, luksMissing, openEncrypted } from './declared-luks.ts';
import { deviceIdentity } from './device-identity.ts';
import { takeDevice } from './erase-device.ts';
import { findVolume } from './logical-volume.ts';

const parameters = z.object({
  node: z.string(),
  name: z.string(),
  /** As it is mounted. */
  path: z.string(),
  /** The volume group and GiB of its logical volume, or the device that it takes whole. */
  group: z.string().optional(),
  gib: z.number().int().optional(),
  device: deviceIdentity.optional(),
  /** Paths of the device that are wiped, because its name was typed. */
  erase: z.array(z.string()).default([]),
  fsType: z.enum(['ext4', 'xfs']),
  /** With LUKS. */
  encrypt: z.boolean().default(false),
  mount: z.string(),
});
type Parameters = z.output<typeof parameters>;

const mounts = z.object({ filesystems: z.array(z.object({ fstype: z.string(), source: z.string().default('') })) });
const signatures = z.object({ signatures: z.array(z.object({ type: z.string() })) });

/** Type of the file system that is mounted there; undefined where nothing is. */
async function mounted(context: LookContext, { node, mount }: Parameters): Promise<string | undefined> {
  const { code, stdout } = await look(context, node, ['findmnt', '-J', '-o', 'SOURCE,FSTYPE', '--mountpoint', mount]);
  return code === 0 ? mounts.parse(parseSafeJson(stdout)).filesystems[0]?.fstype : undefined;
}

async function isMounted(context: LookContext, p: Parameters): Promise<StateCheck> {
  const fsType = await mounted(context, p);
  return {
    ok: fsType !== undefined,
    observed: fsType === undefined ? nothingOn(p) : `${fsType} is mounted on ${p.mount}`,
  };
}

const nothingOn = ({ mount }: Parameters): string => `nothing is mounted on ${mount}`;

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const volume = p.group === undefined ? undefined : await findVolume(context, place(p));
  if (p.group !== undefined && !volume) return { ok: false, observed: `no ${p.group}/${p.name}` };
  if (volume && volume.gib < (p.gib ?? 0)) return { ok: false, observed: `it has ${Math.floor(volume.gib)} GB` };
  const fsType = await mounted(context, p);
  if (fsType === undefined) return { ok: false, observed: nothingOn(p) };
  const missing = p.encrypt ? await luksMissing(context, p) : undefined;
  if (missing !== undefined) return { ok: false, observed: missing };
  const { code } = await look(context, p.node, ['systemctl', 'is-enabled', mountUnit(p.mount)]);
  const enabled = code === 0;
  const what = `${fsType}${p.encrypt ? ', encrypted,' : ''} on ${p.mount}`;
  return { ok: enabled && fsType === p.fsType, observed: enabled ? what : `${what}, not after a restart` };
}

const place = ({ node, group = '', name }: Parameters) => ({ node, group, volume: name });

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const there = (await mounted(context, p)) !== undefined;
  if (!there) await refuseHidden(context, p);
  if ((await readText(context, p.node, unitPath(p))) === undefined) context.remember('mounted', p.mount);
  const ours = p.group === undefined ? there || (await takeOnce(context, p, step)) : await makeVolume(context, p, step);
  if (p.group !== undefined || !there) await makeCarrier(context, p, step, ours);
  else if (p.encrypt) await openEncrypted(context, p, step);
  await writeFiles(context, step, {}, (path) => !isTable(path));
  await runCommand(context, step, 'reload');
  await runCommand(context, step, 'mount');
}

/** What lies in the folder would be out of sight below the mount. */
async function refuseHidden(context: LookContext, { node, mount, name }: Parameters): Promise<void> {
  const { code, stdout } = await look(context, node, ['ls', '-A', mount]);
  if (code !== 0 || stdout.trim() === '') return;
  throw new StepFault({
    tried: `mount ${name} on ${mount} of ${node}`,
    seen: 'the folder is not empty, and mounting would hide what is in it',
    next: [`Move it away, or choose another mount: nodes[].volumes in site.yaml`],
  });
}

/** Makes the logical volume, or grows the one that is there. Gives whether it was made by this program. */
async function makeVolume(context: StepContext, p: Parameters, step: PlannedStep): Promise<boolean> {
  const found = await findVolume(context, place(p));
  if (!found) {
    context.remember('made', `${p.group}/${p.name}`);
    await runCommand(context, step, 'create');
  } else if (found.gib < (p.gib ?? 0)) {
    context.remember('extended', String(p.gib));
    await runCommand(context, step, 'extend');
  }
  return found?.ours ?? true;
}

/** Identifies the device, before this step has put anything on it. After a break what this very step made is kept. */
async function takeOnce(context: StepContext, p: Parameters, step: PlannedStep): Promise<boolean> {
  const { device } = p;
  if (context.recall('formatted') === p.path && (await signaturesOn(context, p.node, p.path)).length > 0) return true;
  if (device) await takeDevice(context, { ...p, device }, step, `put ${p.fsType}`);
  context.remember('formatted', p.path);
  return true;
}

/** Puts the file system on it, inside the encryption where it has one. Nothing that carries anything else is touched. */
async function makeCarrier(context: StepContext, p: Parameters, step: PlannedStep, ours: boolean): Promise<void> {
  if (p.encrypt) {
    if (await isBlank(context, p, { path: p.path, wanted: 'crypto_LUKS', ours })) await encrypt(context, p, step);
    await openEncrypted(context, p, step);
    if (p.group !== undefined) await growEncrypted(context, p, step);
  }
  if (await isBlank(context, p, { path: carrierOf(p), wanted: p.fsType, ours }))
    await runCommand(context, step, 'format');
}

/** Whether nothing is on it; false where it carries what this program put there. Throws `StepFault` for anything else. */
async function isBlank(
  context: LookContext,
  p: Parameters,
  { path, wanted, ours }: { readonly path: string; readonly wanted: string; readonly ours: boolean },
): Promise<boolean> {
  const carries = await signaturesOn(context, p.node, path);
  if (carries.length === 0) return true;
  if (ours && carries.includes(wanted)) return false;
  throw new StepFault({
    tried: `put ${p.fsType} on ${p.group === undefined ? p.path : `${p.group}/${p.name}`} of ${p.node}`,
    seen: `it holds ${carries.join(', ')}${ours ? '' : ', and was not made by kloudspot'}`,
    next: [`Choose another name, or empty it knowingly: sudo wipefs -a ${path}`],
  });
}

/** Once extended, also where a break came after that; a size that is right already stays. */
async function growEncrypted(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (context.recall('extended') === undefined) return;
  await runCommand(context, step, 'resize');
  if ((await mounted(context, p)) !== undefined) await runCommand(context, step, 'grow');
}

async function signaturesOn(context: LookContext, node: string, path: string): Promise<string[]> {
  const { code, stdout, stderr } = await look(context, node, ['wipefs', '-n', '-J', path]);
  if (code !== 0)
    throw new StepFault({ tried: `look at ${path} of ${node}`, seen: stderr.trim() || `wipefs ended with ${code}` });
  const text = stdout.trim();
  return text === '' ? [] : signatures.parse(parseSafeJson(text)).signatures.map(({ type }) => type);
}

/** Makes, formats and mounts a volume that the site declares for a node; undo unmounts it, and removes what was made. */
export const declaredVolume: StepKind<typeof parameters> = {
  kind: 'declared-volume',
  parameters,
  state,
  act,
  madeUnder: () => 'mounted',
  /** A volume that an earlier run mounted, and that this one only grew, stays in use. */
  async undo(context, p) {
    if (context.recall('mounted') === undefined) return madeNothing;
    const unit = mountUnit(p.mount);
    await context.run(p.node, ['systemctl', 'disable', '--now', unit], { sudo: true, allow: [0, 1] });
    // While its file is there, a second undo can end what was in use now.
    await untilGone(context, () => isMounted(context, p));
    await context.run(p.node, ['rm', '-f', unitPath(p)], { sudo: true });
    await context.run(p.node, ['systemctl', 'daemon-reload'], { sudo: true });
    const made = context.recall('made') === `${p.group}/${p.name}`;
    const goes = made && (await findVolume(context, place(p)))?.ours === true;
    if (p.encrypt) await closeEncrypted(context, p, goes);
    if (goes) await context.run(p.node, ['lvremove', '-y', `${p.group}/${p.name}`], { sudo: true });
    return untilGone(context, () => state(context, p));
  },
};

export function planDeclaredVolume(input: z.input<typeof parameters>): PlannedStep {
  const p = parameters.parse(input);
  const { node, name, group, gib, mount, path, device } = p;
  const on = p.erase.length > 0 ? 'on the erased' : 'on';
  const what = group === undefined ? `${on} ${device?.path ?? path}` : `of ${gib} GB in ${group}`;
  return plannedStep(declaredVolume, {
    node,
    name,
    group: 'Declared volumes',
    title: `Volume ${name} ${what}, ${p.encrypt ? `encrypted by ${luksKey(name)}, ` : ''}mounted on ${mount}`,
    why: p.encrypt
      ? `The site declares it for this node. Its key is made there and stays there: ${luksKey(name)}, mode 0600.`
      : 'The site declares it for this node.',
    risk: group === undefined ? 'dangerous' : 'low',
    deadline: minutes(10),
    parameters: p,
    commands: declaredCommands(p),
    files: [
      ...(p.encrypt ? luksFiles(p) : []),
      { node, path: unitPath(p), content: unitText(p), mode: 0o644, owner: 'root:root' },
    ],
  });
}
