import type { Machine } from '../model/machine.ts';

const data = '/var/snap/microk8s/current';
const lockFolder = `${data}/var/lock`;
export const tokenFile = `${data}/credentials/cluster-tokens.txt`;

/** Paths of the lock files that say what a node is. */
export const locks = {
  highAvailability: `${lockFolder}/ha-cluster`,
  worker: `${lockFolder}/clustered.lock`,
  noDatastore: `${lockFolder}/no-k8s-dqlite`,
  member: `${lockFolder}/no-cert-reissue`,
  stopped: `${lockFolder}/stopped.lock`,
  joining: `${lockFolder}/join-in-progress`,
  lite: `${lockFolder}/lite.lock`,
  network: `${lockFolder}/cni-loaded`,
  installed: `${lockFolder}/installed.lock`,
  proxy: `${lockFolder}/no-apiserver-proxy`,
} as const;

export const launchFolder = '/var/snap/microk8s/common/etc/launcher';

export function isStopped(machine: Machine): boolean {
  return machine.files[locks.stopped] !== undefined;
}

/** Whether MicroK8s' services run on the machine now. `now`: ms. */
export function isRunning(machine: Machine, now: number): boolean {
  return (
    machine.power === 'on' && machine.microk8s !== undefined && !isStopped(machine) && now >= machine.microk8s.upSince
  );
}
