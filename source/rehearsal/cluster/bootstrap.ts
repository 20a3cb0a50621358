import { addressIn } from '../../network/addresses.ts';
import { type Cluster, clusterSchema, type KubeObject } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import { between, nextHex } from '../model/random.ts';
import type { State } from '../model/state.ts';
import { makeApiCertificate } from '../node/api-certificate.ts';
import { argumentLines, rangesOn, resetArguments } from '../node/arguments.ts';
import { writePath } from '../node/file-system.ts';
import { freshLocks, launchFolder, tokenFile } from '../node/services.ts';
import { namespaceObject, plain, service, workload } from './manifests.ts';
import { put } from './store.ts';

/** ms from the end of the installation until the services answer, and until the launch configuration is applied. */
const servicesMs = 9_000;
const launchMs = [24_000, 38_000] as const;

/** Every datastore begins with a member of this ID (go-dqlite BootstrapID). */
const firstMember = '3297041220608546238';

/** A fresh MicroK8s on the machine: a cluster of one, its datastore bound to the loopback address. */
export function foundCluster(state: State, machine: Machine, version: string): Cluster {
  const now = state.time;
  if (argumentLines(machine, 'kubelet').length === 0) resetArguments(machine);
  const cluster = clusterSchema.parse({
    id: nextHex(state, 8),
    version,
    objects: {},
    resourceVersion: 1,
    members: [{ machine: machine.id, address: '127.0.0.1:19001', role: 'voter', id: firstMember }],
    releases: [],
    due: {},
    nextAt: 0,
  });
  for (const object of firstObjects(machine)) put(cluster, object, now);
  state.clusters[cluster.id] = cluster;
  machine.microk8s = {
    cluster: cluster.id,
    worker: false,
    nodeName: machine.hostname.toLowerCase(),
    upSince: now + servicesMs,
    certificates: certificatesMade(now),
    launchedAt: now + between(`launch/${machine.id}/${cluster.id}`, ...launchMs),
  };
  makeApiCertificate(machine);
  for (const path of freshLocks) writePath(machine, path, '');
  writePath(machine, tokenFile, '', { mode: 0o660 });
  return cluster;
}

/** What a cluster holds before anything is installed into it. */
function firstObjects(machine: Machine): KubeObject[] {
  const calico = { namespace: 'kube-system', image: 'docker.io/calico/node:v3.29.3' };
  const controllers = { ...calico, image: 'docker.io/calico/kube-controllers:v3.29.3' };
  return [
    ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map(namespaceObject),
    service('kubernetes', 'default', {}, { clusterIP: addressIn(rangesOn(machine).services, 1) }),
    plain('v1', 'ConfigMap', 'kube-root-ca.crt', 'kube-system', { data: {} }),
    workload({ kind: 'DaemonSet', name: 'calico-node', ...calico, labels: { 'k8s-app': 'calico-node' } }),
    workload({ kind: 'Deployment', name: 'calico-kube-controllers', ...controllers }),
  ];
}

/** Certificates that MicroK8s makes at its installation, each by the name of its file. */
const certificatesMade = (now: number): Record<string, number> =>
  Object.fromEntries(['ca', 'server', 'front-proxy-ca', 'front-proxy-client', 'kubelet'].map((name) => [name, now]));

/** The launch configuration waits in the launcher's folder until it is applied. */
export function offerLaunchConfiguration(machine: Machine, text: string): void {
  writePath(machine, `${launchFolder}/install.yaml`, text);
}
