import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { touch } from '../../model/touched.ts';
import { kubeletAddress } from '../../node/arguments.ts';
import { mainAddress } from '../../node/reach.ts';
import { anyKind } from '../kinds.ts';
import { belongs, reachesApi } from '../membership.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { internalAddress, readPodStatus, taintsOf } from '../schemas.ts';
import { find, keyOf, keyOfObject, list, put, putStatus, stamp } from '../store.ts';

/** ms from the start of a node's services until its network plug-in lets it be Ready. */
const networkMs = 6_000;
/** Kubernetes' grace before a silent node counts as lost: --node-monitor-grace-period. */
const graceMs = 40_000;

/** Kubelets register their nodes when they start; the node controller marks those as lost that are silent for a while. */
export function reconcileNodes(context: ReconcileContext): void {
  const { state, cluster, now } = context;
  for (const machine of state.machines) {
    if (machine.microk8s?.cluster !== cluster.id || !reachesApi(state, machine, now)) continue;
    if (!belongs(cluster, machine)) continue;
    const { nodeName, registered, upSince } = machine.microk8s;
    if (registered === upSince) continue;
    machine.microk8s.registered = upSince;
    touch(state.machines, machine.id);
    if (find(cluster, 'Node', undefined, nodeName) === undefined) put(cluster, newNode(machine), now);
  }
  for (const node of list(cluster, 'Node')) {
    const machine = machineOfNode(context, node.metadata.name);
    const lostKey = `lost/${keyOfObject(node)}`;
    if (machine !== undefined && reachesApi(state, machine, now) && belongs(cluster, machine)) {
      delete cluster.due[lostKey];
      const readyAt = (machine.microk8s?.upSince ?? 0) + networkMs;
      context.wake(readyAt);
      hold(context, node, machine, readyAt <= now ? 'True' : 'False');
      continue;
    }
    const lostAt = cluster.due[lostKey] ?? now;
    cluster.due[lostKey] = lostAt;
    context.wake(lostAt + graceMs);
    if (now >= lostAt + graceMs) hold(context, node, machine, 'Unknown');
  }
}

const nodeKind = anyKind('Node');

/** Since when (ms) the node is silent; undefined while it is not. */
export function lostSince(context: Pick<ReconcileContext, 'cluster'>, name: string): number | undefined {
  const { objects, due } = context.cluster;
  const key = keyOf(nodeKind, undefined, name);
  return objects[key] === undefined ? 0 : due[`lost/${key}`];
}

/** Node name → machine, for one round of the controllers: no machine joins or leaves within it. */
const machinesByNode = new WeakMap<object, ReadonlyMap<string, Machine>>();

export function machineOfNode(context: Pick<ReconcileContext, 'state' | 'cluster'>, name: string): Machine | undefined {
  const known = machinesByNode.get(context) ?? byNode(context);
  machinesByNode.set(context, known);
  return known.get(name);
}

function byNode({ state, cluster }: Pick<ReconcileContext, 'state' | 'cluster'>): ReadonlyMap<string, Machine> {
  const found = new Map<string, Machine>();
  for (const machine of state.machines) {
    if (machine.microk8s?.cluster !== cluster.id) continue;
    const { nodeName } = machine.microk8s;
    // A dead machine takes itself for the node still, when another one has its name and place.
    if (found.get(nodeName)?.power !== 'on') found.set(nodeName, machine);
  }
  return found;
}

function newNode(machine: Machine): KubeObject {
  const name = machine.microk8s?.nodeName ?? machine.hostname;
  const role = machine.microk8s?.worker === true ? 'microk8s-worker' : 'microk8s-controlplane';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'microk8s.io/cluster': 'true',
        [`node.kubernetes.io/${role}`]: role,
      },
      annotations: { 'projectcalico.org/IPv4Address': `${mainAddress(machine) ?? ''}/24` },
    },
    spec: {},
  };
}

type Ready = 'True' | 'False' | 'Unknown';

function hold({ cluster, now }: ReconcileContext, node: KubeObject, machine: Machine | undefined, ready: Ready): void {
  const before = internalAddress(node);
  const address = (machine === undefined || ready === 'Unknown' ? undefined : kubeletAddress(machine)) ?? before ?? '';
  const known = readPodStatus(node).conditions.some(({ type, status }) => type === 'Ready' && status === ready);
  if (known && address === before) return;
  const spec = typeof node['spec'] === 'object' && node['spec'] !== null ? node['spec'] : {};
  node['spec'] = { ...spec, taints: taintsFor(node, ready) };
  touch(cluster.objects, keyOfObject(node));
  putStatus(cluster, node, {
    conditions: conditionsFor(ready, now),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: node.metadata.name },
    ],
    nodeInfo: {
      kubeletVersion: machine?.snaps['microk8s']?.version ?? versionOf(node),
      osImage: 'Ubuntu 22.04.5 LTS',
      kernelVersion: machine?.kernel ?? '',
      containerRuntimeVersion: 'containerd://1.7.29',
      machineID: machine?.files['/etc/machine-id']?.content.trim() ?? '',
    },
    capacity: {
      cpu: String(machine?.hardware.cores ?? 0),
      memory: `${Math.round((machine?.hardware.memoryBytes ?? 0) / 1024)}Ki`,
      pods: '110',
    },
  });
}

function taintsFor(node: KubeObject, ready: Ready) {
  const others = taintsOf(node).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
  if (ready === 'True') return others;
  const key = `node.kubernetes.io/${ready === 'Unknown' ? 'unreachable' : 'not-ready'}`;
  return [...others, { key, effect: 'NoExecute' }];
}

const readiness: Readonly<Record<Ready, { readonly reason: string; readonly message: string }>> = {
  True: { reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  False: {
    reason: 'KubeletNotReady',
    message: 'container runtime network not ready: cni plugin not initialized',
  },
  Unknown: { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' },
};

const conditionsFor = (ready: Ready, now: number) => [
  ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: ready === 'Unknown' ? 'Unknown' : 'False',
  })),
  { type: 'Ready', status: ready, ...readiness[ready], lastTransitionTime: stamp(now) },
];

function versionOf(node: KubeObject): string {
  return /"kubeletVersion":"([^"]*)"/.exec(JSON.stringify(node['status'] ?? {}))?.[1] ?? '';
}
