import type * as z from 'zod';
import { cstorKinds, type PoolInstanceObject } from '../../../storage/engines/cstor/objects.ts';
import { readList } from '../../../kubernetes/read.ts';
import type { StepContext } from '../../step.ts';

/** Name of the one cluster of pools that this program makes. */
export const poolName = 'kloudspot';
export const hostname = 'kubernetes.io/hostname';

/** The pools of all nodes; none where the API does not answer. */
export async function poolInstances<Schema extends z.ZodType>(
  context: StepContext,
  { seed, namespace }: { readonly seed: string; readonly namespace: string },
  schema: Schema,
): Promise<readonly z.output<Schema>[]> {
  const where = { namespace, selector: `openebs.io/cstor-pool-cluster=${poolName}` };
  const answer = await readList(await context.look(seed), cstorKinds.instances, where, schema);
  return answer.answered ? answer.value : [];
}

export const nodeOf = ({ metadata, spec }: Pick<PoolInstanceObject, 'metadata' | 'spec'>): string =>
  metadata.labels[hostname] ?? spec.hostName;
