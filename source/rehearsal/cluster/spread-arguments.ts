import type { Cluster } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { touch } from '../model/touched.ts';
import { argumentLines, setArguments } from '../node/arguments.ts';
import { isRunning } from '../node/services.ts';
import { internalAddress } from './schemas.ts';
import { list } from './store.ts';

/** ms from the restart of a node's Kubernetes services until they answer. */
const restartMs = 9_000;

/** The Kubernetes services of a machine start again. */
export function restartServices(machine: Machine, now: number): void {
  if (machine.microk8s !== undefined) machine.microk8s.upSince = now + restartMs;
}

/** What a service runs with is what its file said before, until it starts again. */
function keepFormer({ microk8s }: Machine, service: string, lines: readonly string[]): void {
  if (microk8s === undefined) return;
  const known = microk8s.former?.since === microk8s.upSince ? microk8s.former.arguments : {};
  microk8s.former = { since: microk8s.upSince, arguments: { [service]: [...lines], ...known } };
}

interface Spreading {
  readonly state: State;
  readonly cluster: Cluster;
  /** Where the addon is enabled; its own services are restarted by the addon, at its end. */
  readonly own: Machine;
  readonly now: number;
}

/**
 * Sets arguments of a service on this machine and, through their agents, on every other node in the order of their names
 * (scripts/wrappers/distributed_op.py). Gives the address of the first agent that does not answer: those after it get nothing.
 */
export function spreadArguments(
  { state, cluster, own, now }: Spreading,
  service: string,
  wanted: Readonly<Record<string, string>>,
): string | undefined {
  touch(state.machines, own.id);
  keepFormer(own, service, argumentLines(own, service));
  setArguments(own, service, wanted);
  for (const node of list(cluster, 'Node')) {
    const machine = state.machines.find(
      ({ microk8s }) => microk8s?.cluster === cluster.id && microk8s.nodeName === node.metadata.name,
    );
    if (machine === own) continue;
    if (machine === undefined || !isRunning(machine, now)) return internalAddress(node);
    touch(state.machines, machine.id);
    if (setArguments(machine, service, wanted)) restartServices(machine, now);
  }
  return undefined;
}
