import * as z from 'zod';
import { snapFolder } from '../../host/node-state.ts';
import { microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { snap, trackOf } from '../../microk8s/snap.ts';
import { readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { imageToImport, importCommands, importImages, missingImages } from '../execution/import-images.ts';
import { withSnapProgress } from '../execution/snap-progress.ts';
import { silent } from '../execution/told.ts';
import { certificateNames, launchConfiguration } from '../release/launch-configuration.ts';
import { type Registry, registryFill } from '../release/registry.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { certificateCommands, certificateNamed, nameCertificate } from './api-certificate.ts';
import { detachMounts } from './detach-mounts.ts';
import { ownMarks } from './membership.ts';
import { refuseWhileOthersRest, untilLaunched, untilReady } from './microk8s-ready.ts';
import {
  fileCommands,
  installAdvice,
  installed,
  installFiles,
  missing,
  name,
  otherTrack,
  snapListed,
  untilSnapdIdle,
} from './microk8s-snap.ts';
import { addressArgument, argumentsSet, setArguments } from './node-arguments.ts';
import { isMirror, mirrored, mirrorFiles } from './registry-mirrors.ts';
import { fetchedSnap, isFetched } from './snap-download.ts';
import { otherCluster, otherRanges } from './standing-ranges.ts';

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

/**
 * The snap, its track, its hold and, until it has joined, the node's own arguments: what this step alone owns. Whether MicroK8s
 * is ready is not asked again later, when a join or a stop may have changed that; the hold comes last, after readiness was seen.
 */
async function state(context: LookContext, p: Parameters, step: PlannedStep): Promise<StateCheck> {
  const answer = await snapListed(context, p.node);
  if (!answer.answered) return silent(p.node, answer.said);
  const found = answer.value;
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

/** Whether it has joined: its arguments are looked at by that step then, and a worker has no API server that a certificate is for. */
async function isOfItsCluster(context: LookContext, { node, joins }: Parameters): Promise<boolean> {
  if (!joins) return false;
  const { member, worker, joining } = await ownMarks(context, node);
  return member || worker || joining;
}

/** A join overwrites them; while it runs the node is not a member yet. */
async function ownArguments(context: LookContext, p: Parameters): Promise<StateCheck> {
  if (await isOfItsCluster(context, p)) return { ok: true, observed: 'its arguments are those of its cluster' };
  const other = await otherRanges(context, p.node, p.ranges);
  if (other !== undefined) return { ok: false, observed: other };
  const own = await argumentsSet(context, p);
  const certificate = await certificateNamed(context, wishOf(p));
  return own.ok && !certificate.ok ? certificate : own;
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
  const joined = await isOfItsCluster(context, p);
  if (!joined && !(await argumentsSet(context, p)).ok) await runCommand(context, step, 'set-arguments');
  await untilReady(context, step);
  if (!joined) await nameCertificate(context, step, wishOf(p));
  if (p.fetched) await runCommand(context, step, 'remove-file');
  await runCommand(context, step, 'hold', { run: { next: ['snap version: holding a snap needs snapd 2.58'] } });
}

async function install(context: StepContext, p: Parameters, step: PlannedStep): Promise<'file' | 'store'> {
  const other = microk8sFiles.otherLaunchConfiguration;
  if ((await readText(context, p.node, other)) !== undefined)
    throw new StepFault({
      tried: `install MicroK8s on ${p.node} with its own settings`,
      seen: `${other} exists: MicroK8s would read it instead of the launch configuration of this plan`,
      next: [`On ${p.node}: sudo mv ${other} ${other}.aside`],
    });
  context.remember(installedHere, 'yes');
  await writeFiles(context, step, {}, (path) => !isMirror(path));
  const files = p.local?.snaps ?? (p.fetched && (await isFetched(context, p.node)) ? [fetchedSnap] : []);
  await withSnapProgress({ context, node: p.node, name }, async () => {
    if (files.length > 0) await installFiles(context, p.node, files, step);
    else await runCommand(context, step, 'install', { run: installAdvice });
  });
  return files.length > 0 ? 'file' : 'store';
}

/** What a step remembers that installs MicroK8s, and not only fixes it. */
export const installedHere = 'installed';

export const microk8sInstall: StepKind<typeof parameters> = {
  kind: 'microk8s-install',
  parameters,

  state,
  act,
  madeUnder: ({ files }) => (files.some(({ path }) => isMirror(path)) ? undefined : installedHere),
  async undo(context, p, step) {
    const { node } = p;
    const ours = context.recall(installedHere) === 'yes';
    if (ours) {
      await refuseWhileOthersRest(context, node);
      await context.run(node, detachMounts, { sudo: true });
      await context.run(node, snap.remove(name), { sudo: true, deadline: minutes(10) });
    }
    // snapd removes them with the snap, but not where the installation had failed.
    const written = step.files.map(({ path }) => path).filter((path) => ours || isMirror(path));
    if (written.length > 0) await context.run(node, ['rm', '-f', ...written], { sudo: true });
    return untilGone(context, () => state(context, p, step));
  },
};

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
