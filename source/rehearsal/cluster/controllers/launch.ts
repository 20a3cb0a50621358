import type { Machine } from '../../model/machine.ts';
import { touch } from '../../model/touched.ts';
import { fileAt, removePath, writePath } from '../../node/file-system.ts';
import { isRunning, launchFolder } from '../../node/services.ts';
import { addonsOn } from '../addons.ts';
import { applyArguments, readLaunchConfiguration } from '../launch-configuration.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { restartServices } from '../spread-arguments.ts';
import { put } from '../store.ts';

/**
 * The agent applies the launch configuration some time after the installation: addons first, then the arguments of services. One that
 * it cannot read, or with an addon that refuses its arguments, stays forever.
 */
export function reconcileLaunch(context: ReconcileContext): void {
  const { state, cluster, now, wake } = context;
  for (const machine of state.machines) {
    if (machine.microk8s?.cluster !== cluster.id || fileAt(machine, `${launchFolder}/install.yaml`) === undefined)
      continue;
    const due = Math.max(machine.microk8s.launchedAt, machine.microk8s.upSince);
    if (due > now || !isRunning(machine, now)) wake(due);
    else apply(context, machine);
  }
}

function apply({ state, cluster, now }: ReconcileContext, machine: Machine): void {
  const text = fileAt(machine, `${launchFolder}/install.yaml`)?.content ?? '';
  const parts = readLaunchConfiguration(text);
  if (typeof parts === 'string') return;
  touch(state.machines, machine.id);
  for (const { name, args, disable } of parts.flatMap(({ addons }) => addons)) {
    const addon = addonsOn(machine, name === 'dns' ? args[1] : undefined).find((each) => each.name === name);
    if (addon === undefined || (name === 'metallb' && !/^[\d.]+[-/]/.test(args[0] ?? ''))) return;
    if (!disable) for (const object of addon.objects) put(cluster, object, now);
  }
  removePath(machine, `${launchFolder}/install.yaml`);
  writePath(machine, `${launchFolder}/install.yaml.applied`, text);
  if (applyArguments(machine, parts)) restartServices(machine, now);
}
