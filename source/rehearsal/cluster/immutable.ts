import * as z from 'zod';
import { changeableOfSet } from '../../kubernetes/fixed-fields.ts';
import type { Cluster, KubeObject } from '../model/cluster.ts';
import { bytesOfQuantity } from './schemas.ts';
import { find } from './store.ts';

/** How the API server refuses a change. */
export interface Refusal {
  readonly reason: 'Invalid' | 'Forbidden';
  /** In its words, with the object's name. */
  readonly text: string;
}

const claimSpec = z.object({
  storageClassName: z.string().default(''),
  resources: z.object({ requests: z.object({ storage: z.string() }) }),
});
const claim = z.object({ spec: claimSpec, status: z.object({ phase: z.string().default('Pending') }).prefault({}) });
const specified = z.object({ spec: z.record(z.string(), z.unknown()).default({}) });

const fixedOfSet =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const fixedOfClaim =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const notExpandable =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

/** What the API server says to a change that it never makes; undefined where it takes it. */
export function changeRefusal(cluster: Cluster, wanted: KubeObject): Refusal | undefined {
  const { kind, metadata } = wanted;
  const before = find(cluster, kind, metadata.namespace, metadata.name);
  if (before === undefined || before.metadata.deletionTimestamp !== undefined) return undefined;
  switch (kind) {
    case 'StatefulSet':
      return sameSpec(before, wanted) ? undefined : invalid('StatefulSet.apps', metadata.name, fixedOfSet);
    case 'Deployment':
    case 'DaemonSet':
      return ofSelector(before, wanted);
    case 'PersistentVolumeClaim':
      return ofClaim(cluster, before, wanted);
    case 'StorageClass':
      return ofClass(before, wanted);
    default:
      return undefined;
  }
}

const invalid = (kind: string, name: string, why: string): Refusal => ({
  reason: 'Invalid',
  text: `${kind} "${name}" is invalid: ${why}`,
});

const specOf = (object: KubeObject): Record<string, unknown> => specified.safeParse(object).data?.spec ?? {};

/** What the API server adds by itself is in neither: what one of them lacks counts as changed. */
function sameSpec(before: KubeObject, wanted: KubeObject): boolean {
  const fixed = (object: KubeObject) =>
    Object.fromEntries(Object.entries(specOf(object)).filter(([key]) => !changeableOfSet.includes(key)));
  return sameWords(fixed(before), fixed(wanted));
}

function ofSelector(before: KubeObject, wanted: KubeObject): Refusal | undefined {
  const [old, next] = [before, wanted].map((object) => specOf(object)['selector']);
  if (sameWords(old, next)) return undefined;
  const why = `spec.selector: Invalid value: ${JSON.stringify(next)}: field is immutable`;
  return invalid(`${wanted.kind}.apps`, wanted.metadata.name, why);
}

function ofClaim(cluster: Cluster, before: KubeObject, wanted: KubeObject): Refusal | undefined {
  const { name } = wanted.metadata;
  const [old, next] = [claim.safeParse(before).data, claim.safeParse(wanted).data];
  if (!old || !next) return undefined;
  const bytes = ({ spec }: z.output<typeof claim>) => bytesOfQuantity(spec.resources.requests.storage);
  const same = bytes(old) === bytes(next);
  if (old.spec.storageClassName !== next.spec.storageClassName || (!same && old.status.phase !== 'Bound'))
    return invalid('PersistentVolumeClaim', name, fixedOfClaim);
  if (bytes(next) < bytes(old)) {
    const why = 'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity';
    return invalid('PersistentVolumeClaim', name, why);
  }
  const from = find(cluster, 'StorageClass', undefined, old.spec.storageClassName);
  if (same || from?.['allowVolumeExpansion'] === true) return undefined;
  return { reason: 'Forbidden', text: `persistentvolumeclaims "${name}" is forbidden: ${notExpandable}` };
}

function ofClass(before: KubeObject, wanted: KubeObject): Refusal | undefined {
  for (const key of ['provisioner', 'parameters', 'volumeBindingMode', 'reclaimPolicy']) {
    if (wanted[key] !== undefined && !sameWords(wanted[key], before[key]))
      return invalid('StorageClass', wanted.metadata.name, `${key}: Forbidden: updates to ${key} are forbidden.`);
  }
  return undefined;
}

function sameWords(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => sameWords(Reflect.get(one, key), Reflect.get(other, key)));
}

/** As kubectl prints it: without the group of the kind. */
export const kubectlRefusal = ({ reason, text }: Refusal): string =>
  reason === 'Invalid' ? `The ${text.replace(/^(\w+)\.\S+/, '$1')}` : `Error from server (Forbidden): ${text}`;
