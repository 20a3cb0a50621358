import { fileAt, removePath, writePath } from '../../node/file-system.ts';
import { isRunning, launchFolder } from '../../node/services.ts';
import { addonsOn } from '../addons.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { put } from '../store.ts';

/** The agent applies the launch configuration some time after the installation: addon dns. */
export function reconcileLaunch({ state, cluster, now, wake }: ReconcileContext): void {
  for (const machine of state.machines) {
    if (machine.microk8s?.cluster !== cluster.id || fileAt(machine, `${launchFolder}/install.yaml`) === undefined)
      continue;
    const due = Math.max(machine.microk8s.launchedAt, machine.microk8s.upSince);
    if (due > now || !isRunning(machine, now)) {
      wake(due);
      continue;
    }
    const text = fileAt(machine, `${launchFolder}/install.yaml`)?.content ?? '';
    removePath(machine, `${launchFolder}/install.yaml`);
    writePath(machine, `${launchFolder}/install.yaml.applied`, text);
    const dns = addonsOn(machine).find((addon) => addon.name === 'dns');
    for (const object of dns?.objects ?? []) put(cluster, object, now);
  }
}
