import { dirname } from 'node:path';
import { freshMarks, lockFolder, microk8sFiles } from '../../microk8s/node.ts';
import type { Machine } from '../model/machine.ts';

/** Join tokens, one a line. */
export const tokenFile = microk8sFiles.tokens;

/** Paths of the lock files that say what a node is. */
export const locks = {
  worker: microk8sFiles.worker,
  noDatastore: microk8sFiles.noDatastore,
  member: microk8sFiles.member,
  stopped: microk8sFiles.stopped,
  joining: microk8sFiles.joining,
  proxy: `${lockFolder}/no-apiserver-proxy`,
} as const;

/** The lock files of a fresh installation. */
export const freshLocks = freshMarks.map((name) => `${lockFolder}/${name}`);

export const launchFolder = dirname(microk8sFiles.launching);

export function isStopped(machine: Machine): boolean {
  return machine.files[locks.stopped] !== undefined;
}

/** Too little memory for the control plane: status, start and join refuse. */
export function isGuarded(machine: Machine): boolean {
  return machine.files[microk8sFiles.lowMemory] !== undefined;
}

/** No interface is up: for the others it is as if it did not run. */
const isCutOff = ({ network }: Machine): boolean => network.interfaces.every(({ up }) => !up);

/** Whether the others can speak to what runs on the machine. */
export const isReachable = (machine: Machine): boolean => machine.power === 'on' && !isCutOff(machine);

/** Whether MicroK8s' services run on the machine now. `now`: ms. */
export function isRunning(machine: Machine, now: number): boolean {
  return (
    isReachable(machine) && machine.microk8s !== undefined && !isStopped(machine) && now >= machine.microk8s.upSince
  );
}
