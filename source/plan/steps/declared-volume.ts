import * as z from 'zod';
import { defined } from '../../text/defined.ts';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { deviceIdentity } from './device-identity.ts';
import { eraseCommands, takeDevice } from './erase-device.ts';
import { findVolume, tag } from './logical-volume.ts';

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
  mount: z.string(),
});
type Parameters = z.output<typeof parameters>;

/** systemd.unit(5), "String escaping for inclusion in unit names". */
export const mountUnit = (path: string): string =>
  `${path
    .slice(1)
    .split('/')
    .map((part) =>
      part.replaceAll(/[^A-Za-z0-9:_.]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
    )
    .join('-')
    .replace(/^\./, '\\x2e')}.mount`;

const unitPath = (p: Parameters): string => `/etc/systemd/system/${mountUnit(p.mount)}`;

const unitText = ({
  name,
  path,
  mount,
  fsType,
}: Parameters): string => `# Put here by kloudspot: volume ${name} of site.yaml.
[Unit]
Description=Volume ${name}

[Mount]
What=${path}
Where=${mount}
Type=${fsType}

[Install]
WantedBy=local-fs.target
`;

const mounts = z.object({ filesystems: z.array(z.object({ fstype: z.string() })) });
const signatures = z.object({ signatures: z.array(z.object({ type: z.string() })) });

/** Type of the file system that is mounted there; undefined where nothing is. */
async function mounted(context: StepContext, { node, mount }: Parameters): Promise<string | undefined> {
  const { code, stdout } = await look(context, node, ['findmnt', '-J', '-o', 'SOURCE,FSTYPE', '--mountpoint', mount]);
  return code === 0 ? mounts.parse(parseSafeJson(stdout)).filesystems[0]?.fstype : undefined;
}

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const volume = p.group === undefined ? undefined : await findVolume(context, place(p));
  if (p.group !== undefined && !volume) return { ok: false, observed: `no ${p.group}/${p.name}` };
  if (volume && volume.gib < (p.gib ?? 0)) return { ok: false, observed: `it has ${Math.floor(volume.gib)} GB` };
  const fsType = await mounted(context, p);
  if (fsType === undefined) return { ok: false, observed: `nothing is mounted on ${p.mount}` };
  const { code } = await look(context, p.node, ['systemctl', 'is-enabled', mountUnit(p.mount)]);
  const enabled = code === 0;
  const what = `${fsType} on ${p.mount}`;
  return { ok: enabled && fsType === p.fsType, observed: enabled ? what : `${what}, not after a restart` };
}

const place = ({ node, group = '', name }: Parameters) => ({ node, group, volume: name });

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if ((await mounted(context, p)) === undefined) await refuseHidden(context, p);
  if (p.group !== undefined) await makeVolume(context, p, step);
  else if ((await mounted(context, p)) === undefined) await formatDevice(context, p, step);
  await writeFiles(context, step);
  await runCommand(context, step, 'reload');
  await runCommand(context, step, 'mount');
}

/** What lies in the folder would be out of sight below the mount. */
async function refuseHidden(context: StepContext, { node, mount, name }: Parameters): Promise<void> {
  const { code, stdout } = await look(context, node, ['ls', '-A', mount]);
  if (code !== 0 || stdout.trim() === '') return;
  throw new StepFault({
    tried: `mount ${name} on ${mount} of ${node}`,
    seen: 'the folder is not empty, and what lies in it would be out of sight',
    next: [`Move it away, or choose another mount: nodes[].volumes in site.yaml`],
  });
}

async function makeVolume(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await findVolume(context, place(p));
  if (!found) {
    context.remember('made', `${p.group}/${p.name}`);
    await runCommand(context, step, 'create');
  } else if (found.gib < (p.gib ?? 0)) await runCommand(context, step, 'extend');
  const carries = await signaturesOn(context, p);
  if (carries.length === 0) return void (await runCommand(context, step, 'format'));
  const ours = found?.ours ?? true;
  if (ours && carries.includes(p.fsType)) return;
  throw new StepFault({
    tried: `put ${p.fsType} on ${p.group}/${p.name} of ${p.node}`,
    seen: `it carries ${carries.join(', ')}${ours ? '' : ', and was not made by kloudspot'}`,
    next: [`Choose another name, or empty it knowingly: sudo wipefs -a ${p.path}`],
  });
}

/** After a break the file system that this very step made is kept. */
async function formatDevice(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const carries = await signaturesOn(context, p);
  if (context.recall('formatted') === p.path && carries.includes(p.fsType)) return;
  const { device } = p;
  if (device) await takeDevice(context, { ...p, device }, step, `put ${p.fsType}`);
  context.remember('formatted', p.path);
  await runCommand(context, step, 'format');
}

async function signaturesOn(context: StepContext, { node, path }: Parameters): Promise<string[]> {
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
  async undo(context, p) {
    const unit = mountUnit(p.mount);
    await context.run(p.node, ['systemctl', 'disable', '--now', unit], { sudo: true, allow: [0, 1] });
    await context.run(p.node, ['rm', '-f', unitPath(p)], { sudo: true });
    await context.run(p.node, ['systemctl', 'daemon-reload'], { sudo: true });
    const made = context.recall('made') === `${p.group}/${p.name}`;
    if (!made || !(await findVolume(context, place(p)))?.ours) return;
    await context.run(p.node, ['lvremove', '-y', `${p.group}/${p.name}`], { sudo: true });
  },
};

export function planDeclaredVolume(input: z.input<typeof parameters>): PlannedStep {
  const p = parameters.parse(input);
  const { node, name, group, gib, mount, fsType, path, device } = p;
  const on = p.erase.length > 0 ? 'on the erased' : 'on';
  const what = group === undefined ? `${on} ${device?.path ?? path}` : `of ${gib} GB in ${group}`;
  return plannedStep(declaredVolume, {
    node,
    name,
    group: 'Declared volumes',
    title: `Volume ${name} ${what}, mounted on ${mount}`,
    why: 'The site declares it for this node.',
    risk: group === undefined ? 'dangerous' : 'low',
    deadline: minutes(10),
    parameters: p,
    commands: [...(device ? eraseCommands({ ...p, device }) : []), ...volumeCommands(p), ...mountCommands(p, fsType)],
    files: [{ node, path: unitPath(p), content: unitText(p), mode: 0o644, ...defined({ owner: 'root:root' }) }],
  });
}

function volumeCommands({ node, group, gib, name }: Parameters) {
  if (group === undefined) return [];
  const create = ['lvcreate', '-y', '-L', `${gib}G`, '-n', name, '--addtag', tag, group];
  const extend = ['lvextend', '-r', '-L', `${gib}G`, `${group}/${name}`];
  return [
    command('create', node, create, { when: 'it is not there', note: 'only free space of the group is taken' }),
    command('extend', node, extend, { when: 'it is there and smaller', note: 'its file system grows with it' }),
  ];
}

function mountCommands({ node, path, mount }: Parameters, fsType: string) {
  return [
    command('format', node, [`mkfs.${fsType}`, '-q', path], { when: 'nothing is on it' }),
    command('reload', node, ['systemctl', 'daemon-reload']),
    command('mount', node, ['systemctl', 'enable', '--now', mountUnit(mount)]),
  ];
}
