import * as z from 'zod';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady, readService } from '../schemas.ts';
import { find, list, matches, putStatus } from '../store.ts';

const apiSpec = z.object({ service: z.object({ name: z.string(), namespace: z.string() }) });

/** An API that a service of the cluster serves is available while a pod behind that service is ready. */
export function reconcileApis({ cluster }: ReconcileContext): void {
  for (const api of list(cluster, 'APIService')) {
    const spec = apiSpec.safeParse(api['spec']).data;
    if (spec === undefined) continue;
    const service = find(cluster, 'Service', spec.service.namespace, spec.service.name);
    const behind = list(cluster, 'Pod', spec.service.namespace).filter(
      (pod) => service !== undefined && matches(readService(service).selector, pod.metadata.labels) && isReady(pod),
    );
    const [status, reason] = behind.length > 0 ? ['True', 'Passed'] : ['False', 'MissingEndpoints'];
    putStatus(cluster, api, { conditions: [{ type: 'Available', status, reason }] });
  }
}
