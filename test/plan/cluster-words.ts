// What kubectl, Helm and MicroK8s say, cut down to what is read.

const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

export const nodes = (...names: readonly (string | { name: string; ready: boolean })[]) =>
  list(
    names.map((each) => {
      const { name, ready } = typeof each === 'string' ? { name: each, ready: true } : each;
      return {
        metadata: {
          name,
          labels: name.startsWith('kw') ? { 'node.kubernetes.io/microk8s-worker': 'microk8s-worker' } : {},
        },
        status: {
          conditions: [
            { type: 'Ready', status: ready ? 'True' : 'Unknown', lastTransitionTime: '2026-11-21T08:00:00Z' },
          ],
          addresses: [{ type: 'InternalIP', address: addressOf(name) }],
          nodeInfo: { kubeletVersion: 'v1.34.1' },
        },
      };
    }),
  );

/** As the sample sites have them. */
export const addressOf = (name: string) =>
  `10.0.4.${20 + Number(name.split('-')[1]) + (name.startsWith('kw') ? 3 : 0)}`;

export const status = (...members: readonly string[]) =>
  `microk8s:\n  running: True\nhigh-availability:\n  enabled: True\n  nodes:\n${members.map((address) => `    - address: ${address}:19001\n      role: voter\n`).join('')}addons:\n  - name: dns\n    repository: core\n    version: 1.13.1\n    status: enabled\n`;

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
  readonly release?: string;
}

export const workloads = (...all: readonly Workload[]) =>
  list(
    all.map(({ kind, name, wanted, ready, release }) => ({
      kind,
      metadata: { name, generation: 1, ...(release ? { annotations: { 'meta.helm.sh/release-name': release } } : {}) },
      spec: { replicas: wanted },
      status: {
        observedGeneration: 1,
        replicas: wanted,
        readyReplicas: ready,
        updatedReplicas: wanted,
        desiredNumberScheduled: wanted,
        numberReady: ready,
        updatedNumberScheduled: wanted,
      },
    })),
  );

export const items = list;
export const service = (ip?: string) =>
  JSON.stringify({
    metadata: { name: 'x' },
    spec: { type: 'LoadBalancer', clusterIP: '10.152.183.10' },
    status: { loadBalancer: ip ? { ingress: [{ ip }] } : {} },
  });

export const release = (status: string, description: string, revision = 1) =>
  JSON.stringify({ name: 'kloudspot', namespace: 'kloudspot', version: revision, info: { status, description } });
export const noRelease = { code: 1, stderr: 'Error: release: not found' };
export const history = (...statuses: readonly string[]) =>
  JSON.stringify(
    statuses.map((status, index) => ({ revision: index + 1, status, chart: 'kloudspot-0.1.0', description: '' })),
  );

/** Of `snap list NAME`. */
export const noSnap = { code: 1, stderr: 'error: no matching snaps installed' };
/** Of any question to a snapd that restarts. */
export const noSnapd = {
  code: 1,
  stderr:
    'error: cannot list snaps: cannot communicate with server: Get "http://localhost/v2/snaps?snaps=microk8s": dial unix /run/snapd.socket: connect: connection refused',
};
