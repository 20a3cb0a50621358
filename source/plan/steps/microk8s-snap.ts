import { snapFolder } from '../../host/node-state.ts';
import { type InstalledSnap, openChange, readSnapList, snap } from '../../microk8s/snap.ts';
import { channelForm } from '../../microk8s/tracks.ts';
import { kloudspot } from '../../text/command.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes } from '../execution/define.ts';
import { silent, snapdTold } from '../execution/told.ts';
import type { LookContext, PlannedCommand, PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import type { OwnMarks } from './membership.ts';
import type { SnapFile } from './snap-download.ts';

/** The snap of a node, from a channel such as `1.34/stable`. */
interface Wanted {
  readonly node: string;
  readonly channel: string;
}

export const name = 'microk8s';
export const missing = 'it is not installed yet';

/** From files, whose signatures snapd checks. What came as a file follows no channel until it is told to. */
export function fileCommands({ node, channel }: Wanted, snaps: readonly SnapFile[], when: string): PlannedCommand[] {
  return [
    ...snaps.flatMap((each) => [
      command(`ack/${each.name}`, node, snap.ack(each.assertion), { when }),
      command(`install/${each.name}`, node, snap.installFile(each.file, { classic: each.name === name }), { when }),
    ]),
    command('switch', node, snap.switchTo(name, channel), { when: 'it follows no channel' }),
  ];
}

/** MicroK8s, or another snap, as snapd lists it; undefined where it is not installed. */
export const snapListed = async (context: LookContext, node: string, of = name) =>
  readSnapList(of, await look(context, node, snap.list(of)));

/** The same, and waits for snapd, which may be restarting. Throws `StepFault` where it does not answer. */
export function installed(context: StepContext, node: string, of = name): Promise<InstalledSnap | undefined> {
  return snapdTold(context, node, `snap ${of}`, () => snapListed(context, node, of));
}

/** Each only where it is missing: a base may be there for another snap, and snapd refuses a file of a snap that is newer. */
export async function installFiles(
  context: StepContext,
  node: string,
  snaps: readonly SnapFile[],
  step: PlannedStep,
): Promise<void> {
  for (const each of snaps) {
    if (await installed(context, node, each.name)) continue;
    await runCommand(context, step, `ack/${each.name}`, { run: fileAdvice });
    await runCommand(context, step, `install/${each.name}`, { run: fileAdvice });
  }
}

const fileAdvice = {
  causes: ['too little space under /var', 'snapd is busy with another change', 'snapd is too old for the snap'],
  next: [
    'snap changes shows what snapd is doing',
    `sudo rm -rf ${snapFolder} removes a file that was fetched and is damaged`,
  ],
};

export const installAdvice = {
  causes: ['the snap store cannot be reached', 'too little space under /var', 'snapd is busy with another change'],
  next: ['snap changes shows what snapd is doing'],
};

/** Another track is there: what it is, and how it is kept or removed. */
export function otherTrack({ node, channel }: Wanted, found: InstalledSnap, own: OwnMarks): StepFault {
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

/** What the `snap` command says while snapd restarts (snapd client/client.go), and on the first start of a machine. */
const noSnapd = /cannot communicate with server|too early for operation/;

/** A change outlives the client that asked for it: snapd refuses another one on the snap until it has ended. */
export function untilSnapdIdle(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: 'snapd to end an earlier change of MicroK8s',
    deadline: minutes(12),
    probe: async () => {
      const { stdout, stderr } = await look(context, node, snap.changes(name));
      if (noSnapd.test(stderr)) return silent(node, stderr.trim());
      const change = openChange(stdout);
      return { ok: change === undefined, observed: change?.summary ?? 'none' };
    },
    causes: ['the download is slow', 'snapd waits for the store'],
    next: [`snap changes on ${node}; snap abort ID ends a change`],
  });
}
