import { expandPool } from '../../cluster/controllers/pool-growth.ts';
import { clusterOf } from '../../cluster/membership.ts';
import { isReady } from '../../cluster/schemas.ts';
import { find, list, ownedBy } from '../../cluster/store.ts';
import { refuse, type Steps } from '../call.ts';
import type { Kubectl } from './request.ts';

/** `kubectl exec deployment/NAME -n NAMESPACE -c CONTAINER -- sh -c SCRIPT`: of what runs in pods, only the growth of a pool. */
export function* exec({ call, words, namespace, see }: Kubectl): Steps {
  const [target = '', ...command] = words;
  const [kind, name = ''] = target.split('/');
  yield 300;
  if (kind !== 'deployment') return refuse(call, 'error: only deployment/NAME is part of this rehearsal');
  const serves = see((cluster) => {
    const pods = list(cluster, 'Pod', namespace).filter((pod) => ownedBy(pod, 'Deployment', name));
    return find(cluster, 'Deployment', namespace, name) === undefined ? undefined : pods.some(isReady);
  });
  if (serves === undefined) return refuse(call, `Error from server (NotFound): deployments.apps "${name}" not found`);
  if (!serves) return refuse(call, 'error: unable to upgrade connection: container not found ("cstor-pool-mgmt")');
  if (!command.join(' ').includes('zpool online -e'))
    return refuse(call, 'error: this command is not part of this rehearsal', 126);
  call.change((machine, state) => {
    const cluster = clusterOf(state, machine);
    if (cluster) expandPool({ state, cluster }, namespace, name);
  });
  return 0;
}
