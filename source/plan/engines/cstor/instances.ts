import type * as z from 'zod';
import { readList } from '../../../kubernetes/read.ts';
import { cstorKinds } from '../../../storage/engines/cstor/objects.ts';
import type { StepContext } from '../../step.ts';

/** Name of the one cluster of pools that this program makes. */
export const poolName = 'kloudspot';

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
