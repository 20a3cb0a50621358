import * as z from 'zod';
import { snapFolder } from '../../host/node-state.ts';
import { microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { type InstalledSnap, openChange, parseSnapList, snap, trackOf } from '../../microk8s/snap.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { channelForm } from '../../microk8s/tracks.ts';
import { kloudspot } from '../../text/command.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep, seconds } from '../execution/define.ts';
import { imageToImport, importCommands, importImages, missingImages } from '../execution/import-images.ts';
import { withSnapProgress } from '../execution/snap-progress.ts';
import { certificateNames, launchConfiguration } from '../release/launch-configuration.ts';
import { mirrorText, type Registry, registryFill } from '../release/registry.ts';
import type { PlannedCommand, PlannedFile, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { certificateCommands, certificateNamed, nameCertificate } from './api-certificate.ts';
import { type OwnMarks, ownMarks } from './membership.ts';
import { addressArgument, argumentsSet, setArguments } from './node-arguments.ts';
import { fetchedSnap, isFetched, type SnapFile } from './snap-download.ts';
import { otherCluster, otherRanges } from './standing-ranges.ts';

const name = 'microk8s';
const missing = 'it is not installed yet';
const unset = 'it was installed without these settings';
const localSnaps = z.object({
  /** In the order in which they are installed, MicroK8s last. */
  snaps: z.array(z.object({ name: z.string(), file: z.string(), assertion: z.string() })),
  /** Without them the network of the node does not start. */
  images: z.array(imageToImport),
});
/** Files of a bundle on the node, in place of the store and the registries. */
export type LocalSnaps = z.output<typeof localSnaps>;

const parameters = z.object({
  node: z.string(),
  channel: z.string(),
  /** Address of the node in the cluster's network, an IPv4 literal. */
  address: z.string(),
  domain: z.number().int().exactOptional(),
  ranges: z.object({ pods: z.string(), services: z.string() }),
  /** Names and addresses under which clients reach the cluster: the certificate of the API server is for them. */
  names: z.array(z.string()),
  /** It joins another node afterwards: its arguments are looked at by that step from then on. */
  joins: z.boolean(),
  local: localSnaps.exactOptional(),
  /** Its file may lie on the node already, fetched while other steps ran; the store has it otherwise. */
  fetched: z.boolean().exactOptional(),
});
type Parameters = z.output<typeof parameters>;

function commands(p: Parameters): PlannedCommand[] {
  const { node, channel, address, domain, local, fetched } = p;
  return [
    ...(local !== undefined ? fileCommands(p, local.snaps, missing) : []),
    ...(fetched ? fileCommands(p, [fetchedSnap], `${missing}, and its file was fetched`) : []),
    ...(local === undefined
      ? [
          command('install', node, snap.install(name, channel), {
            when: fetched ? `${missing}, and its file was not fetched` : missing,
          }),
        ]
      : []),
    ...importCommands(node, local?.images ?? []),
    command('set-arguments', node, setArguments(domain), { stdin: addressArgument(address), when: unset }),
    ...certificateCommands(wishOf(p)),
    command('wait-ready', node, microk8s.waitReady(60), { note: 'again and again, until the time of the step is up' }),
    ...(fetched
      ? [command('remove-file', node, ['rm', '-rf', snapFolder], { note: 'snapd has a copy of its own' })]
      : []),
    command('hold', node, snap.hold(name), { note: 'no node is to restart by itself at night' }),
  ];
}

const wishOf = ({ node, names, ranges }: Parameters) => ({ node, names: certificateNames(names, ranges) });

/** From files, whose signatures snapd checks. What came as a file follows no channel until it is told to. */
function fileCommands({ node, channel }: Parameters, snaps: readonly SnapFile[], when: string): PlannedCommand[] {
  return [
    ...snaps.flatMap((each) => [
      command(`ack/${each.name}`, node, snap.ack(each.assertion), { when }),
      command(`install/${each.name}`, node, snap.installFile(each.file, { classic: each.name === name }), { when }),
    ]),
    command('switch', node, snap.switchTo(name, channel), { when: 'it follows no channel' }),
  ];
}

async function installed(context: StepContext, node: string): Promise<InstalledSnap | undefined> {
  return parseSnapList(name, (await look(context, node, snap.list(name))).stdout);
}

/**
 * The snap, its track, its hold and, until it has joined, the node's own arguments: what this step alone owns. Whether MicroK8s
 * is ready is not asked again later, when a join or a stop may have changed that; the hold comes last, after readiness was seen.
 */
async function state(context: StepContext, p: Parameters, step: PlannedStep): Promise<StateCheck> {
  const found = await installed(context, p.node);
  if (!found) return { ok: false, observed: 'not installed' };
  const said = `version ${found.version} from ${found.tracking}`;
  if (trackOf(found.tracking) !== trackOf(p.channel)) return { ok: false, observed: said };
  if (!(await mirrored(context, step))) return { ok: false, observed: `${said}, other mirrors of registries` };
  const lost = await missingImages(context, p.node, p.local?.images ?? []);
  if (lost.length > 0) return { ok: false, observed: `${said}, without ${lost.length} of its images` };
  if (!found.held) return { ok: false, observed: `${said}, would refresh by itself` };
  const own = await ownArguments(context, p);
  return { ok: own.ok, observed: `${said}, held, ${own.observed}` };
}

/** A join overwrites them; while it runs the node is not a member yet. */
async function ownArguments(context: StepContext, p: Parameters): Promise<StateCheck> {
  const { member, worker, joining } = await ownMarks(context, p.node);
  if (p.joins && (member || worker || joining)) return { ok: true, observed: 'its arguments are those of its cluster' };
  const other = await otherRanges(context, p.node, p.ranges);
  if (other !== undefined) return { ok: false, observed: other };
  const own = await argumentsSet(context, p);
  const certificate = await certificateNamed(context, wishOf(p));
  return own.ok && !certificate.ok ? certificate : own;
}

const isMirror = (path: string): boolean => path.startsWith(`${microk8sFiles.mirrors}/`);

/** Whether containerd asks the site's registry in the place of those that it mirrors. */
async function mirrored(context: StepContext, { node, files }: PlannedStep): Promise<boolean> {
  const mirrors = files.filter(({ path }) => isMirror(path));
  if (node === undefined || mirrors.length === 0) return true;
  const fill = Object.entries(await registryFill(context));
  const wanted = ({ content }: PlannedFile) =>
    fill.reduce((text, [place, value]) => text.replaceAll(place, () => value), content);
  const same = await Promise.all(
    mirrors.map(async (file) => (await readText(context, node, file.path)) === wanted(file)),
  );
  return same.every(Boolean);
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await untilSnapdIdle(context, p.node);
  const found = await installed(context, p.node);
  // Killed between the installation from a file and the switch: it follows nothing.
  const unswitched =
    (p.local !== undefined || p.fetched) &&
    found?.tracking === '-' &&
    found.version.startsWith(`v${trackOf(p.channel)}.`);
  if (found && !unswitched && trackOf(found.tracking) !== trackOf(p.channel))
    throw otherTrack(p, found, await ownMarks(context, p.node));
  const fromFile = !found && (await install(context, p, step)) === 'file';
  if (fromFile || unswitched) await runCommand(context, step, 'switch');
  // Before it waits: the images of its own pods may come from the mirror alone.
  await writeFiles(context, step, await registryFill(context), isMirror);
  await importImages(context, step, p.node, p.local?.images ?? []);
  await untilLaunched(context, p.node);
  const ranges = await otherRanges(context, p.node, p.ranges);
  if (ranges !== undefined) throw otherCluster(p.node, ranges);
  if (!(await argumentsSet(context, p)).ok) await runCommand(context, step, 'set-arguments');
  await untilReady(context, step);
  await nameCertificate(context, step, wishOf(p));
  if (p.fetched) await runCommand(context, step, 'remove-file');
  await runCommand(context, step, 'hold', { run: { next: ['snap version: holding a snap needs snapd 2.58'] } });
}

async function install(context: StepContext, p: Parameters, step: PlannedStep): Promise<'file' | 'store'> {
  const other = microk8sFiles.otherLaunchConfiguration;
  if ((await readText(context, p.node, other)) !== undefined)
    throw new StepFault({
      tried: `install MicroK8s on ${p.node} with its own settings`,
      seen: `${other} is there: MicroK8s would read it in place of the launch configuration of this plan`,
      next: [`On ${p.node}: sudo mv ${other} ${other}.aside`],
    });
  context.remember('installed', 'yes');
  await writeFiles(context, step, {}, (path) => !isMirror(path));
  const files = p.local?.snaps ?? (p.fetched && (await isFetched(context, p.node)) ? [fetchedSnap] : []);
  await withSnapProgress({ context, node: p.node, name }, async () => {
    if (files.length > 0) await installFiles(context, p.node, files, step);
    else await runCommand(context, step, 'install', { run: installAdvice });
  });
  return files.length > 0 ? 'file' : 'store';
}

/** Each only where it is missing: a base may be there for another snap, and snapd refuses a file of a snap that is newer. */
async function installFiles(
  context: StepContext,
  node: string,
  snaps: readonly SnapFile[],
  step: PlannedStep,
): Promise<void> {
  for (const each of snaps) {
    if (parseSnapList(each.name, (await look(context, node, snap.list(each.name))).stdout)) continue;
    await runCommand(context, step, `ack/${each.name}`, { run: fileAdvice });
    await runCommand(context, step, `install/${each.name}`, { run: fileAdvice });
  }
}

const fileAdvice = {
  causes: ['too little space under /var', 'snapd is busy with another change', 'snapd is older than the snap wants'],
  next: [
    'snap changes shows what snapd is at',
    `sudo rm -rf ${snapFolder} removes a file that was fetched and is damaged`,
  ],
};

const installAdvice = {
  causes: ['no way to the snap store', 'too little space under /var', 'snapd is busy with another change'],
  next: ['snap changes shows what snapd is at'],
};

function otherTrack({ node, channel }: Parameters, found: InstalledSnap, own: OwnMarks): StepFault {
  const removal =
    own.member || own.worker
      ? `${node} is a member of a cluster: sudo microk8s leave takes it out of that cluster; then: ${kloudspot('preflight')}`
      : `Remove it with all its data: sudo snap remove --purge ${name}`;
  return new StepFault({
    tried: `install MicroK8s from ${channel} on ${node}`,
    seen: `version ${found.version} from ${found.tracking} is there already`,
    causes: ['the machine was part of another cluster'],
    next: [
      ...(channelForm.test(found.tracking) ? [`Keep it: set cluster.channel to ${found.tracking} in site.yaml`] : []),
      removal,
    ],
  });
}

/** A change outlives the client that asked for it: snapd refuses another one on the snap until it has ended. */
export function untilSnapdIdle(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: 'snapd to end an earlier change of MicroK8s',
    deadline: minutes(12),
    probe: async () => {
      const change = openChange((await look(context, node, snap.changes(name))).stdout);
      return { ok: change === undefined, observed: change?.summary ?? 'none' };
    },
    causes: ['the download is slow', 'snapd waits for the store'],
    next: [`snap changes on ${node}; snap abort ID ends a change`],
  });
}

/** The launch configuration enables dns after the installation has ended; a join before that races with it. */
function untilLaunched(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: 'its launch configuration to be applied',
    deadline: minutes(6),
    probe: async () => {
      const [applied, pending] = await Promise.all(
        [microk8sFiles.launched, microk8sFiles.launching].map(
          async (path) => (await readText(context, node, path)) !== undefined,
        ),
      );
      // One that was installed by hand, long ago, may have had none.
      const ok = applied || (!pending && context.recall('installed') !== 'yes');
      return { ok, observed: ok ? 'applied' : 'not applied yet' };
    },
    causes: ['the datastore is slow to start: a slow or busy disk', 'MicroK8s finds no default route'],
    next: [`sudo microk8s inspect on ${node}`],
  });
}

function untilReady(context: StepContext, step: PlannedStep): Promise<void> {
  return context.until({
    for: 'MicroK8s to be ready',
    deadline: minutes(8),
    every: 1_000,
    probe: async () => {
      // 1 is "not ready in these 60 s"; MicroK8s looks at its clock only between polls, a sick datastore makes it late.
      const result = await runCommand(context, step, 'wait-ready', { run: { deadline: seconds(180), allow: [0, 1] } });
      const status = parseMicroK8sStatus(result);
      const ready = status.state === 'running' || status.state === 'worker';
      return { ok: ready, observed: sayStatus(status), hopeless: status.state === 'low-memory' };
    },
    causes: ['pods of the network (Calico) do not start: no way to the image registry', 'a slow or busy disk'],
    next: [`sudo microk8s inspect on ${step.node ?? ''}`],
  });
}

export const microk8sInstall: StepKind<typeof parameters> = {
  kind: 'microk8s-install',
  parameters,

  state,
  act,
  async undo(context, { node }, { files }) {
    const ours = context.recall('installed') === 'yes';
    if (ours) {
      await refuseWhileOthersRest(context, node);
      await context.run(node, snap.remove(name), { sudo: true, deadline: minutes(10) });
    }
    // snapd removes them with the snap, but not where the installation had failed.
    const written = files.map(({ path }) => path).filter((path) => ours || isMirror(path));
    if (written.length > 0) await context.run(node, ['rm', '-f', ...written], { sudo: true });
  },
};

/** The node the cluster began on keeps the mark of a member when all others have left: it may go when the datastore is its own alone. */
async function refuseWhileOthersRest(context: StepContext, node: string): Promise<void> {
  if ((await readText(context, node, microk8sFiles.member)) === undefined) return;
  const status = parseMicroK8sStatus(await look(context, node, microk8s.status(), minutes(2)));
  if (status.state === 'running' && status.members.length <= 1) return;
  throw new StepFault({
    tried: `remove MicroK8s from ${node}`,
    seen: status.state === 'running' ? `it is one of ${status.members.length} members of a cluster` : sayStatus(status),
    causes: ['another node has not left the cluster yet'],
    next: [`sudo microk8s status on ${node} lists the members`],
  });
}

function mirrorFiles(node: string, registry: Registry | undefined): PlannedFile[] {
  return Object.entries(registry?.mirrors ?? {}).map(([upstream, path]) => ({
    node,
    path: `${microk8sFiles.mirrors}/${upstream}/hosts.toml`,
    content: registry === undefined ? '' : mirrorText(registry, upstream, path),
    mode: 0o600,
    secret: registry?.user !== undefined,
  }));
}

interface Beside {
  readonly registry?: Registry;
  /** What containerd finds in its environment: the proxy. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function planMicroK8sInstall(p: Parameters, { registry, environment }: Beside): PlannedStep {
  return plannedStep(microk8sInstall, {
    node: p.node,
    group: 'Install MicroK8s',
    title: `Install MicroK8s ${trackOf(p.channel)}`,
    why: 'The same version on every node, and none that changes by itself.',
    deadline: minutes(20),
    parameters: p,
    commands: commands(p),
    files: [
      {
        node: p.node,
        path: microk8sFiles.launchConfiguration,
        content: launchConfiguration({ ...p, environment }),
        mode: 0o644,
      },
      ...mirrorFiles(p.node, registry),
    ],
    changes: ['microk8s', 'addresses'],
  });
}
