// What the engines' own operators report: LVM LocalPV's volume groups, NDM's block devices, cStor's pools.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { mapperName, mapperPath } from '../../source/facts/mapper-name.ts';
import type { Kubernetes } from './api.ts';
import { call, create, list, patch } from './api-proxy.ts';
import { groups, numberOf, type Volume, volumes } from './volumes.ts';

const local = '/apis/local.openebs.io/v1alpha1';
const devices = '/apis/openebs.io/v1alpha1';
const pools = '/apis/cstor.openebs.io/v1';

/** An LVMNode for each node, as the LVM driver's own agent keeps it. */
export async function reportGroups(): Promise<void> {
  const namespace = await namespaceOf('openebs-lvm-node');
  if (!namespace) return;
  for (const { metadata } of await list('/api/v1/nodes')) {
    const n = numberOf(metadata.name);
    if (!n) continue;
    const volumeGroups = (await groups(n)).map((group) => ({
      name: group.vg_name,
      uuid: group.vg_uuid,
      size: mebibytes(group.vg_size),
      free: mebibytes(group.vg_free),
      lvCount: Number(group.lv_count),
      pvCount: Number(group.pv_count),
      missingPvCount: 0,
      snapCount: 0,
      metadataFree: '510Ki',
    }));
    await put(`${local}/namespaces/${namespace}/lvmnodes`, {
      apiVersion: 'local.openebs.io/v1alpha1',
      kind: 'LVMNode',
      metadata: { name: metadata.name, namespace },
      volumeGroups,
    });
    if (!metadata.labels?.['openebs.io/nodename'])
      await patch(`/api/v1/nodes/${metadata.name}`, { metadata: { labels: { 'openebs.io/nodename': metadata.name } } });
  }
}

const mebibytes = (bytes: string) => (bytes === '0' ? '0' : `${Math.floor(Number(bytes) / 2 ** 20)}Mi`);

/** A BlockDevice for each logical volume `shared` that NDM's filters let through. */
export async function findDevices(): Promise<void> {
  const settings = (await list('/api/v1/configmaps?labelSelector=openebs.io/component-name=ndm-config'))[0];
  if (!settings?.metadata.namespace) return;
  for (const { metadata } of await list('/api/v1/nodes')) {
    const n = numberOf(metadata.name);
    for (const volume of n ? await volumes(n, 'shared') : []) {
      if (!seen(volume, settings['data'])) continue;
      await put(
        `${devices}/namespaces/${settings.metadata.namespace}/blockdevices`,
        device(volume, metadata.name, settings.metadata.namespace),
      );
    }
  }
}

/** NDM's path filter: every exclude and include must pass; a match is a part of the path, in any case of letters. */
function seen(volume: Volume, filters: Record<string, string>): boolean {
  const words = (name: string) =>
    (filters[name] ?? '')
      .toLowerCase()
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
  const paths = [mapperPath(volume.vg_name, volume.lv_name).toLowerCase(), '/dev/dm-0'];
  const hit = (word: string) => paths.some((path) => path.includes(word));
  const included = words('includePaths');
  return (
    !words('excludePaths').some(hit) &&
    (included.length === 0 || included.some((word) => hit(word) || word === `/dev/${volume.vg_name}/${volume.lv_name}`))
  );
}

function device(volume: Volume, node: string, namespace: string): Kubernetes {
  const identity = `LVM-${(volume.vg_uuid + volume.lv_uuid).replaceAll('-', '')}`;
  const name = `blockdevice-${createHash('md5').update(identity).digest('hex')}`;
  return {
    apiVersion: 'openebs.io/v1alpha1',
    kind: 'BlockDevice',
    metadata: {
      name,
      namespace,
      labels: { 'kubernetes.io/hostname': node, 'ndm.io/managed': 'true', 'ndm.io/blockdevice-type': 'blockdevice' },
    },
    spec: {
      path: mapperPath(volume.vg_name, volume.lv_name),
      capacity: { storage: Number(volume.lv_size), logicalSectorSize: 512, physicalSectorSize: 512 },
      details: { deviceType: 'lvm', driveType: 'SSD', model: '', serial: '', vendor: '' },
      devlinks: [
        {
          kind: 'by-id',
          links: [
            `/dev/disk/by-id/dm-uuid-${identity}`,
            `/dev/disk/by-id/dm-name-${mapperName(volume.vg_name, volume.lv_name)}`,
          ],
        },
      ],
      filesystem: {},
      nodeAttributes: { nodeName: node },
      partitioned: 'No',
    },
    status: { claimState: 'Unclaimed', state: 'Active' },
  };
}

/** Each pool of a CStorPoolCluster becomes an instance that is ONLINE while its node lives. */
export async function keepPools(): Promise<void> {
  const ready = new Set((await list('/api/v1/nodes')).filter(isReady).map((node) => node.metadata.name));
  for (const cluster of await list(`${pools}/cstorpoolclusters`)) {
    if (cluster.metadata['deletionTimestamp']) continue;
    const wanted: Kubernetes[] = cluster.spec?.pools ?? [];
    const made = await Promise.all(wanted.map((pool) => instance(cluster, pool, ready)));
    const healthy = made.filter((phase) => phase === 'ONLINE').length;
    const status = {
      desiredInstances: wanted.length,
      provisionedInstances: made.filter(Boolean).length,
      healthyInstances: healthy,
    };
    if (!isDeepStrictEqual(cluster.status, status))
      await patch(`${pools}/namespaces/${cluster.metadata.namespace}/cstorpoolclusters/${cluster.metadata.name}`, {
        status,
      });
  }
}

async function instance(cluster: Kubernetes, pool: Kubernetes, ready: Set<string>): Promise<string | undefined> {
  const { name, namespace, uid } = cluster.metadata;
  const host: string = pool['nodeSelector']?.['kubernetes.io/hostname'];
  const asked: string[] = (pool['dataRaidGroups'] ?? []).flatMap((group: Kubernetes) =>
    group['blockDevices'].map((each: Kubernetes) => each['blockDeviceName']),
  );
  const found = await Promise.all(
    asked.map((each) => call('GET', `${devices}/namespaces/${namespace}/blockdevices/${each}`)),
  );
  const usable = found.filter(
    ({ code, answer }) =>
      code === 200 && answer.status?.state === 'Active' && answer.metadata.labels?.['kubernetes.io/hostname'] === host,
  );
  if (asked.length === 0 || usable.length < asked.length) return undefined;
  const phase = ready.has(host) ? 'ONLINE' : 'OFFLINE';
  const total = found.reduce((sum, { answer }) => sum + answer.spec.capacity.storage, 0) * 0.96;
  const metadata = {
    name: `${name}-${createHash('md5').update(host).digest('hex').slice(0, 4)}`,
    namespace: namespace ?? 'openebs',
    labels: {
      'openebs.io/cstor-pool-cluster': name,
      'kubernetes.io/hostname': host,
      'openebs.io/cas-type': 'cstor',
      'openebs.io/version': '3.6.0',
    },
    ownerReferences: [
      {
        apiVersion: 'cstor.openebs.io/v1',
        kind: 'CStorPoolCluster',
        name,
        uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
  const size = (bytes: number) => `${Math.floor(bytes / 1e6)}M`;
  await put(`${pools}/namespaces/${namespace}/cstorpoolinstances`, {
    apiVersion: 'cstor.openebs.io/v1',
    kind: 'CStorPoolInstance',
    metadata,
    spec: {
      hostName: host,
      nodeSelector: pool['nodeSelector'],
      poolConfig: pool['poolConfig'],
      dataRaidGroups: pool['dataRaidGroups'],
    },
    status: {
      phase,
      readOnly: false,
      provisionedReplicas: 0,
      healthyReplicas: 0,
      capacity: { used: '2M', free: size(total - 2e6), total: size(total), zfs: { logicalUsed: '2M' } },
    },
  });
  for (const { answer } of usable) {
    if (answer.status.claimState === 'Claimed') continue;
    const claim = {
      apiVersion: 'openebs.io/v1alpha1',
      kind: 'BlockDeviceClaim',
      name: `bdc-cstor-${answer.metadata.uid}`,
      namespace,
    };
    await patch(`${devices}/namespaces/${namespace}/blockdevices/${answer.metadata.name}`, {
      spec: { claimRef: claim },
      status: { claimState: 'Claimed' },
    });
  }
  return phase;
}

const isReady = (node: Kubernetes) =>
  node.status?.conditions?.some((each: Kubernetes) => each['type'] === 'Ready' && each.status === 'True');

async function namespaceOf(component: string): Promise<string | undefined> {
  return (await list(`/apis/apps/v1/daemonsets?labelSelector=openebs.io/component-name=${component}`))[0]?.metadata
    .namespace;
}

/** Makes an object, or brings it up to date without taking what others have written on it. */
async function put(path: string, object: Kubernetes): Promise<void> {
  const { code, answer } = await call('GET', `${path}/${object.metadata.name}`);
  if (code === 404) return create(path, object);
  const { metadata: _, status, ...rest } = object;
  const keep = object.kind === 'BlockDevice' ? {} : { status };
  const change = { ...rest, ...keep };
  const same = Object.entries(change).every(
    ([key, value]) =>
      value === undefined || isDeepStrictEqual((answer as Kubernetes)[key], JSON.parse(JSON.stringify(value))),
  );
  if (!same) await patch(`${path}/${object.metadata.name}`, change);
}
