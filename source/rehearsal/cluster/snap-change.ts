import { keptFolder } from '../../microk8s/node.ts';
import { trackIn, trackOf } from '../../microk8s/tracks.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { resetArguments, takeRanges } from '../node/arguments.ts';
import { removeTree } from '../node/file-system.ts';
import { mountedIn } from '../node/mounts.ts';
import { foundCluster, offerLaunchConfiguration } from './bootstrap.ts';
import { applyArguments, offeredConfiguration, readLaunchConfiguration } from './launch-configuration.ts';
import { forgetMachine } from './membership.ts';
import { handOverRole } from './settle-roles.ts';

type SnapChange = NonNullable<Machine['snapChange']>;

/** ms from the end of a refresh until the services of the new revision answer. */
const servicesMs = 12_000;

/** snapd has done what it was asked for. */
export function endSnapChange(state: State, machine: Machine, id: number): void {
  const change = machine.snapChange;
  // A machine without power does nothing; its boot takes the change up again.
  if (change?.id !== id || machine.power !== 'on') return;
  delete machine.snapChange;
  switch (change.verb) {
    case 'remove':
      removed(state, machine, change);
      break;
    case 'install':
      installed(state, machine, change);
      break;
    case 'refresh':
    case 'revert':
      replaced(state, machine, change);
  }
}

/** A folder that is a mount cannot be removed: the snap stays, switched off (seen with snapd 2.68). */
function removed(state: State, machine: Machine, change: SnapChange): void {
  const snap = machine.snaps[change.snap];
  if (snap !== undefined && mountedIn(machine, keptFolder).length > 0) {
    snap.notes = 'disabled,classic';
    return;
  }
  delete machine.snaps[change.snap];
  const cluster = machine.microk8s?.cluster;
  handOverRole(state, machine);
  delete machine.microk8s;
  removeTree(machine, keptFolder);
  if (cluster !== undefined) forgetMachine(state, cluster, machine);
}

function installed(state: State, machine: Machine, change: SnapChange): void {
  const offered = trackIn(change.channel);
  const configuration = offeredConfiguration(machine);
  const parts = readLaunchConfiguration(configuration);
  // Its install hook refuses a configuration that it cannot read, and snapd undoes the installation.
  if (offered === undefined || typeof parts === 'string') return;
  machine.snaps[change.snap] = {
    version: offered.snap,
    revision: offered.revision,
    channel: change.file ? '-' : change.channel,
    ...(change.file ? { addons: trackOf(change.channel) } : {}),
    publisher: 'canonical**',
    notes: 'classic',
    held: false,
  };
  resetArguments(machine);
  applyArguments(machine, parts);
  takeRanges(machine);
  foundCluster(state, machine, offered.snap);
  offerLaunchConfiguration(machine, configuration);
}

/** The services restart with the other revision. The copies of the addons stay what they were: MicroK8s fact sheet, section 1.6. */
function replaced(state: State, machine: Machine, change: SnapChange): void {
  const snap = machine.snaps[change.snap];
  const offered = trackIn(change.channel);
  if (snap === undefined || offered === undefined) return;
  const { version, revision, channel } = snap;
  machine.snaps[change.snap] = {
    ...snap,
    version: offered.snap,
    revision: offered.revision,
    channel: change.channel,
    addons: snap.addons ?? trackOf(channel),
    before: { version, revision, channel },
  };
  handOverRole(state, machine);
  if (machine.microk8s !== undefined) machine.microk8s.upSince = state.time + servicesMs;
}
