import { find } from '../../cluster/store.ts';
import { refuse } from '../call.ts';
import type { Kubectl } from './request.ts';

/** `kubectl logs POD`: what runs in a rehearsed pod says nothing. */
export function logs({ call, words, namespace, see }: Kubectl): number {
  const [name = ''] = words;
  if (see((cluster) => find(cluster, 'Pod', namespace, name)) !== undefined) return 0;
  return refuse(call, `error: error from server (NotFound): pods "${name}" not found in namespace "${namespace}"`);
}
