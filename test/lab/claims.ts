// Claims met as the CSI drivers of OpenEBS meet them: LVM LocalPV by a real lvcreate on the node that the scheduler chose,
// cStor by a volume that every node may mount. A driver works only while its CSIDriver object, which its chart brings, is there.
import type { Kubernetes } from './api.ts';
import { call, create, list, patch } from './api-proxy.ts';
import { groups, inBytes, makeVolume, numberOf, removeVolume, rounded } from './volumes.ts';

export const lvm = 'local.csi.openebs.io';
export const cstor = 'cstor.csi.openebs.io';
const refused = new Map<string, number>();

export async function meetClaims(): Promise<void> {
  const drivers = new Set((await list('/apis/storage.k8s.io/v1/csidrivers')).map((driver) => driver.metadata.name));
  if (!drivers.has(lvm) && !drivers.has(cstor)) return;
  const classes = new Map(
    (await list('/apis/storage.k8s.io/v1/storageclasses')).map((found) => [found.metadata.name, found]),
  );
  for (const claim of await list('/api/v1/persistentvolumeclaims')) {
    const kind = classes.get(claim.spec.storageClassName);
    if (claim.status?.phase !== 'Pending' || claim.spec.volumeName || !kind || !drivers.has(kind['provisioner']))
      continue;
    if ((refused.get(claim.metadata.uid ?? '') ?? 0) > Date.now()) continue;
    await meet(claim, kind).catch((error) => refuse(claim, kind, error));
  }
  for (const volume of await list('/api/v1/persistentvolumes')) {
    const { claimRef, csi, persistentVolumeReclaimPolicy: policy } = volume.spec;
    if (volume.status?.phase === 'Released' && policy === 'Delete' && claimRef && drivers.has(csi?.driver))
      await giveBack(volume);
  }
}

async function meet(claim: Kubernetes, kind: Kubernetes): Promise<void> {
  const chosen = claim.metadata.annotations?.['volume.kubernetes.io/selected-node'];
  if (kind['volumeBindingMode'] === 'WaitForFirstConsumer' && !chosen) return;
  await create(
    '/api/v1/persistentvolumes',
    kind['provisioner'] === lvm ? await localVolume(claim, kind, chosen) : await sharedVolume(claim, kind),
  );
}

async function localVolume(claim: Kubernetes, kind: Kubernetes, chosen?: string): Promise<Kubernetes> {
  const node = chosen ?? (await roomiest(kind));
  const n = numberOf(node);
  if (!n) throw new Error(`node ${node} does not answer`);
  const bytes = rounded(claim.spec.resources.requests.storage);
  const matching = (await groups(n))
    .filter((group) => pattern(kind).test(group.vg_name))
    .sort((a, b) => Number(b.vg_free) - Number(a.vg_free));
  const group = matching.find((each) => Number(each.vg_free) >= bytes);
  if (!group)
    throw new Error(
      `rpc error: code = ResourceExhausted desc = no vg available to serve volume request having regex='${pattern(kind).source}' & capacity='${bytes}'`,
    );
  const name = `pvc-${claim.metadata.uid}`;
  await makeVolume(n, group.vg_name, name, bytes);
  await patch(`/api/v1/nodes/${node}`, { metadata: { labels: { 'openebs.io/nodename': node } } });
  await recordVolume(name, node, group.vg_name, bytes);
  const affinity = {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'openebs.io/nodename', operator: 'In', values: [node] }] }],
    },
  };
  return volume(
    claim,
    kind,
    bytes,
    { 'openebs.io/volgroup': group.vg_name, 'openebs.io/cas-type': 'localpv-lvm' },
    affinity,
  );
}

/** As the driver reads its class: a group's name is matched whole, a pattern wherever it fits. */
function pattern(kind: Kubernetes): RegExp {
  const { volgroup, vgpattern } = kind['parameters'] ?? {};
  return new RegExp(volgroup ? `^${volgroup}$` : (vgpattern ?? '.*'));
}

async function roomiest(kind: Kubernetes): Promise<string> {
  const free: Array<[string, number]> = [];
  for (const { metadata } of await list('/api/v1/nodes')) {
    const n = numberOf(metadata.name);
    const sizes = n
      ? (await groups(n)).filter((group) => pattern(kind).test(group.vg_name)).map((group) => Number(group.vg_free))
      : [];
    if (sizes.length > 0) free.push([metadata.name, Math.max(...sizes)]);
  }
  const best = free.sort((a, b) => b[1] - a[1])[0];
  if (!best) throw new Error('no node has a matching volume group');
  return best[0];
}

async function sharedVolume(claim: Kubernetes, kind: Kubernetes): Promise<Kubernetes> {
  const { cstorPoolCluster: pool, replicaCount = '1' } = kind['parameters'] ?? {};
  const instances = (await list('/apis/cstor.openebs.io/v1/cstorpoolinstances')).filter(
    (each) => each.metadata.labels?.['openebs.io/cstor-pool-cluster'] === pool,
  );
  const healthy = instances.filter((each) => each.status?.phase === 'ONLINE' && !each.status.readOnly);
  if (healthy.length < Number(replicaCount))
    throw new Error(`not enough pools of ${pool}: ${healthy.length} healthy, ${replicaCount} replicas asked for`);
  return volume(claim, kind, inBytes(claim.spec.resources.requests.storage), { 'openebs.io/cas-type': 'cstor' });
}

function volume(
  claim: Kubernetes,
  kind: Kubernetes,
  bytes: number,
  volumeAttributes: Record<string, string>,
  nodeAffinity?: unknown,
): Kubernetes {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': kind['provisioner'] } },
    spec: {
      capacity: { storage: bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}Gi` : `${Math.ceil(bytes / 2 ** 20)}Mi` },
      accessModes: claim.spec.accessModes,
      persistentVolumeReclaimPolicy: kind['reclaimPolicy'] ?? 'Delete',
      storageClassName: kind.metadata.name,
      volumeMode: 'Filesystem',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid, resourceVersion },
      csi: {
        driver: kind['provisioner'],
        volumeHandle: `pvc-${uid}`,
        fsType: kind['parameters']?.fsType ?? 'ext4',
        volumeAttributes,
      },
      ...(nodeAffinity ? { nodeAffinity } : {}),
    },
  };
}

const lvmVolumes = '/apis/local.openebs.io/v1alpha1';

async function recordVolume(name: string, node: string, volGroup: string, bytes: number): Promise<void> {
  const kinds = await list(`${lvmVolumes}/lvmnodes`);
  const namespace = kinds[0]?.metadata.namespace ?? 'openebs';
  const spec = {
    capacity: String(bytes),
    ownerNodeID: node,
    volGroup,
    vgPattern: `^${volGroup}$`,
    thinProvision: 'no',
    shared: 'no',
  };
  await call('POST', `${lvmVolumes}/namespaces/${namespace}/lvmvolumes`, {
    apiVersion: 'local.openebs.io/v1alpha1',
    kind: 'LVMVolume',
    metadata: { name },
    spec,
    status: { state: 'Ready' },
  });
}

async function giveBack(released: Kubernetes): Promise<void> {
  const { name } = released.metadata;
  const { csi, nodeAffinity } = released.spec;
  if (csi.driver === lvm) {
    const n = numberOf(nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]);
    if (!n) return;
    await removeVolume(n, csi.volumeAttributes['openebs.io/volgroup'], name);
    for (const record of (await list(`${lvmVolumes}/lvmvolumes`)).filter((each) => each.metadata.name === name))
      await call('DELETE', `${lvmVolumes}/namespaces/${record.metadata.namespace}/lvmvolumes/${name}`);
  }
  await call('DELETE', `/api/v1/persistentvolumes/${name}`);
}

/** Says why on the claim, lets the scheduler choose again, and waits a moment as a provisioner does. */
async function refuse(claim: Kubernetes, kind: Kubernetes, error: unknown): Promise<void> {
  const { name, namespace, uid = '', annotations } = claim.metadata;
  refused.set(uid, Date.now() + 3000);
  const now = new Date().toISOString();
  const message = `failed to provision volume with StorageClass "${kind.metadata.name}": ${error instanceof Error ? error.message : error}`;
  await call('POST', `/api/v1/namespaces/${namespace}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${Date.now().toString(16)}`, namespace },
    type: 'Warning',
    reason: 'ProvisioningFailed',
    message,
    involvedObject: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
    source: { component: kind['provisioner'] },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
  if (annotations?.['volume.kubernetes.io/selected-node'] && message.includes('ResourceExhausted'))
    await patch(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`, {
      metadata: { annotations: { 'volume.kubernetes.io/selected-node': null } },
    });
}
