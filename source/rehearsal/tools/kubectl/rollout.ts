import { isReady, readWorkload } from '../../cluster/schemas.ts';
import { find, list, ownedBy, put, stamp } from '../../cluster/store.ts';
import { kubeObjectSchema } from '../../model/cluster.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import { merge } from './apply.ts';
import type { Kubectl } from './request.ts';
import { notFound, targetsOf } from './targets.ts';

const lookAgainMs = 1_000;

/** `kubectl rollout status|restart KIND/NAME [--timeout=90s]` */
export function* rollout(kubectl: Kubectl): Steps {
  const { call, options, words, namespace } = kubectl;
  const [verb, ...rest] = words;
  const targets = kubectl.see((cluster) => targetsOf(cluster, rest));
  if (typeof targets === 'string') return refuse(call, targets);
  const [target] = targets;
  if (target?.name === undefined) return refuse(call, 'error: required resource not specified');
  const { kind, name } = target;
  const there = kubectl.see((cluster) => find(cluster, kind.kind, namespace, name));
  if (there === undefined) return refuse(call, notFound(kind, name));
  if (verb === 'restart') {
    kubectl.change((cluster, now) => {
      const template = { metadata: { labels: { 'rollout/restarted': stamp(now).replaceAll(':', '-') } } };
      put(cluster, kubeObjectSchema.parse(merge(there, { spec: { template } })), now);
    });
    call.out(`${kind.singular}.apps/${name} restarted\n`);
    return 0;
  }
  const seconds = Number.parseInt(lastValue(options, '--timeout') ?? '0', 10);
  const from = kubectl.see((_cluster, now) => now);
  for (;;) {
    const [ready, wanted, now] = kubectl.see((cluster, time) => {
      const pods = list(cluster, 'Pod', namespace).filter((pod) => ownedBy(pod, kind.kind, name));
      const replicas = kind.kind === 'DaemonSet' ? list(cluster, 'Node').length : readWorkload(there).replicas;
      return [pods.filter(isReady).length, replicas, time];
    });
    if (ready >= wanted) {
      call.out(`${kind.singular} "${name}" successfully rolled out\n`);
      return 0;
    }
    if (seconds > 0 && now - from > seconds * 1000) return refuse(call, 'error: timed out waiting for the condition');
    yield lookAgainMs;
  }
}
