import { readList } from '../../../kubernetes/read.ts';
import { quantityBytes } from '../../../text/quantity.ts';
import { gibibyte } from '../../bytes.ts';
import type { EngineProfile } from '../engine.ts';
import {
  copyLabels,
  cstorKinds,
  nodeOf,
  type PoolInstanceObject,
  poolInstanceObject,
  type VolumeReplicaObject,
  volumeReplicaObject,
} from './objects.ts';

/**
 * A cStor pool reports 0.895 of its raw device (samples: 10 GiB gives 9.63e9 bytes, 100 GiB gives 96.4e9)
 * and turns read-only at 85 % of that. Its volumes are thin, so the API never refuses: only who plans can.
 * `docs/storage.md`; https://openebs.io/docs/3.10.x/user-guides/cstor/advanced (roThresholdLimit).
 */
export const cstorPoolShare = 0.895;
const cstorReadOnlyAt = 0.85;
const cstorShare = cstorPoolShare * cstorReadOnlyAt;

/** OpenEBS cStor: a pool on one logical volume of each node, volumes by iSCSI. */
export const cstor: EngineProfile = {
  label: 'OpenEBS cStor',
  hint: 'archived upstream since 2024; the product documents it',
  help: 'cStor makes a pool on one logical volume of each manager. OpenEBS archived it in 2024: it gets no more fixes.',
  note: 'cStor was deprecated upstream with OpenEBS 4.0 and its repositories are archived; it is pinned here.',
  legacy: true,
  ours: true,
  iscsi: true,
  // Its driver takes ReadWriteOnce alone.
  readWriteMany: 'never',
  diskModel: /cstor|openebs/i,
  // Its pools are ZFS.
  poolMark: 'zfs_member',
  // That addon brings an older cStor into the same namespace.
  clashes: ['openebs'],
  chart: 'cstor',
  usable: (rawBytes) => Math.floor(rawBytes * cstorShare),
  raw: (volumeBytes) => Math.ceil(volumeBytes / cstorShare / gibibyte) * gibibyte,
  pools: async (host, where, asking) => {
    const answer = await readList(host, cstorKinds.instances, where, poolInstanceObject, asking);
    return answer.answered ? { answered: true, value: answer.value.map(poolSeen) } : answer;
  },
  copies: async (host, where, asking) => {
    const answer = await readList(host, cstorKinds.replicas, where, volumeReplicaObject, asking);
    return answer.answered ? { answered: true, value: answer.value.map(copySeen) } : answer;
  },
};

function poolSeen(pool: PoolInstanceObject) {
  const { phase, readOnly, capacity } = pool.status;
  const [total = 0, used] = [quantityBytes(capacity.total), quantityBytes(capacity.used)];
  return {
    name: pool.metadata.name,
    node: nodeOf(pool),
    state: readOnly ? 'read-only' : phase || 'unknown',
    online: phase === 'ONLINE' && !readOnly,
    ...(total > 0 && used !== undefined
      ? { usedPercent: Math.floor((used / total) * 100), readOnlyPercent: Math.round(cstorReadOnlyAt * 100) }
      : {}),
  };
}

function copySeen({ metadata, status }: VolumeReplicaObject) {
  return {
    name: metadata.name,
    volume: metadata.labels[copyLabels.volume] ?? '',
    pool: metadata.labels[copyLabels.pool] ?? '',
    healthy: status.phase === 'Healthy',
  };
}
