import * as z from 'zod';
import { find } from '../../cluster/store.ts';
import type { Cluster, KubeObject } from '../../model/cluster.ts';

const claimSpec = z.object({
  storageClassName: z.string().default(''),
  resources: z.object({ requests: z.object({ storage: z.string() }) }),
});
const claim = z.object({ spec: claimSpec });
const set = z.object({ spec: z.object({ volumeClaimTemplates: z.array(claim).default([]) }) });

const fixedOfSet =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** What the API server says to a change that it never makes; undefined where it takes it. */
export function immutable(cluster: Cluster, wanted: KubeObject): string | undefined {
  const before = find(cluster, wanted.kind, wanted.metadata.namespace, wanted.metadata.name);
  if (before === undefined || before.metadata.deletionTimestamp !== undefined) return undefined;
  const cannot = `cannot patch "${wanted.metadata.name}" with kind ${wanted.kind}`;
  if (wanted.kind === 'StatefulSet' && !sameTemplates(before, wanted))
    return `${cannot}: StatefulSet.apps "${wanted.metadata.name}" is invalid: ${fixedOfSet}`;
  const refused = wanted.kind === 'PersistentVolumeClaim' ? ofClaim(before, wanted) : undefined;
  return refused && `${cannot}: PersistentVolumeClaim "${wanted.metadata.name}" is invalid: ${refused}`;
}

function sameTemplates(before: KubeObject, wanted: KubeObject): boolean {
  const templates = (object: KubeObject) => JSON.stringify(set.safeParse(object).data?.spec.volumeClaimTemplates ?? []);
  return templates(before) === templates(wanted);
}

function ofClaim(before: KubeObject, wanted: KubeObject): string | undefined {
  const [old, next] = [claim.safeParse(before).data?.spec, claim.safeParse(wanted).data?.spec];
  if (!old || !next) return undefined;
  if (old.storageClassName !== next.storageClassName)
    return 'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  const less =
    Number.parseInt(next.resources.requests.storage, 10) < Number.parseInt(old.resources.requests.storage, 10);
  return less ? 'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity' : undefined;
}
