// Claims that ask for more than they have, met as the resizers of OpenEBS meet them: a real lvextend on the node that holds the volume.
// The file system grows when a pod mounts it next: the kernel of a node lets no file system grow in use.
import type { Kubernetes } from './api.ts';
import { list, patch } from './api-proxy.ts';
import { growVolume, inBytes, numberOf, rounded } from './volumes.ts';

export async function growClaims(): Promise<void> {
  const volumes = new Map((await list('/api/v1/persistentvolumes')).map((volume) => [volume.metadata.name, volume]));
  for (const claim of await list('/api/v1/persistentvolumeclaims')) {
    const volume = volumes.get(claim.spec.volumeName);
    if (volume?.spec.csi && claim.status?.phase === 'Bound') await grow(claim, volume);
  }
}

async function grow(claim: Kubernetes, volume: Kubernetes): Promise<void> {
  const asked: string = claim.spec.resources.requests.storage;
  if (inBytes(asked) <= inBytes(claim.status.capacity?.storage ?? '0') || isWaiting(claim)) return;
  const status = `/api/v1/namespaces/${claim.metadata.namespace}/persistentvolumeclaims/${claim.metadata.name}/status`;
  const { csi, nodeAffinity } = volume.spec;
  const group = csi.volumeAttributes['openebs.io/volgroup'];
  if (group !== undefined) {
    const n = numberOf(nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]);
    if (!n) return;
    await growVolume(n, group, volume.metadata.name, rounded(asked));
  }
  await patch(`/api/v1/persistentvolumes/${volume.metadata.name}`, { spec: { capacity: { storage: asked } } });
  await patch(status, {
    status: group === undefined ? { capacity: { storage: asked } } : { conditions: [waiting()] },
  });
}

const isWaiting = (claim: Kubernetes) =>
  claim.status.conditions?.some((each: Kubernetes) => each['type'] === 'FileSystemResizePending') ?? false;

function waiting(): object {
  const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
  return { type: 'FileSystemResizePending', status: 'True', message, lastTransitionTime: new Date().toISOString() };
}
