import { trackIn } from '../../microk8s/tracks.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { removeTree } from '../node/file-system.ts';
import { foundCluster, offerLaunchConfiguration } from './bootstrap.ts';
import { forgetMachine } from './membership.ts';

/** snapd has done what it was asked for. */
export function endSnapChange(state: State, machine: Machine, id: number): void {
  const change = machine.snapChange;
  // A machine without power does nothing; its boot takes the change up again.
  if (change?.id !== id || machine.power !== 'on') return;
  delete machine.snapChange;
  if (change.verb === 'remove') {
    delete machine.snaps[change.snap];
    const cluster = machine.microk8s?.cluster;
    delete machine.microk8s;
    removeTree(machine, '/var/snap/microk8s');
    if (cluster !== undefined) forgetMachine(state, cluster, machine);
    return;
  }
  const offered = trackIn(change.channel);
  if (offered === undefined) return;
  machine.snaps[change.snap] = {
    version: offered.snap,
    revision: offered.revision,
    channel: change.channel,
    publisher: 'canonical**',
    notes: 'classic',
    held: false,
  };
  foundCluster(state, machine, offered.snap);
  offerLaunchConfiguration(machine);
}
