import type * as z from 'zod';
import type { Answer } from '../../../host/answer.ts';
import type { ReadOnlyHost } from '../../../host/host.ts';
import { readList } from '../../../kubernetes/read.ts';
import { cstorKinds } from '../../../storage/engines/cstor/objects.ts';

/** Name of the one cluster of pools that this program makes. */
export const poolName = 'kloudspot';

/** The pools of all nodes. */
export function poolInstances<Schema extends z.ZodType>(
  host: ReadOnlyHost,
  namespace: string,
  schema: Schema,
): Promise<Answer<z.output<Schema>[]>> {
  const where = { namespace, selector: `openebs.io/cstor-pool-cluster=${poolName}` };
  return readList(host, cstorKinds.instances, where, schema);
}
