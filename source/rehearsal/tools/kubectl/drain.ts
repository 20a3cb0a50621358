import { isMapping } from '../../../text/mapping.ts';
import { readPod, readPodStatus } from '../../cluster/schemas.ts';
import { find, keyOfObject, list, put, stamp } from '../../cluster/store.ts';
import { type KubeObject, kubeObjectSchema } from '../../model/cluster.ts';
import { touch } from '../../model/touched.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import { merge } from './apply.ts';
import type { Kubectl } from './request.ts';

const lookAgainMs = 1_000;

/** `kubectl drain NODE --ignore-daemonsets --delete-emptydir-data [--timeout=300s]`. Budgets of disruption are not rehearsed. */
export function* drain(kubectl: Kubectl): Steps {
  const { call, options, words } = kubectl;
  const [name = ''] = words;
  const node = kubectl.see((cluster) => find(cluster, 'Node', undefined, name));
  if (node === undefined) return refuse(call, `Error from server (NotFound): nodes "${name}" not found`);
  yield 250;
  const closed = { spec: { unschedulable: true } };
  kubectl.change((cluster, now) => put(cluster, kubeObjectSchema.parse(merge(node, closed)), now));
  call.out(`node/${name} ${isClosed(node) ? 'already cordoned' : 'cordoned'}\n`);
  const pods = kubectl.see((cluster) => list(cluster, 'Pod').filter((pod) => readPod(pod).nodeName === name));
  const daemons = pods.filter(isDaemon);
  if (daemons.length > 0 && !options.flags.has('--ignore-daemonsets'))
    return refuse(
      call,
      `error: unable to drain node "${name}" due to error: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${daemons.map(nameOf).join(', ')}, continuing command...`,
    );
  const leaving = pods.filter((pod) => !isDaemon(pod) && readPodStatus(pod).phase !== 'Succeeded');
  kubectl.change((cluster, now) => {
    for (const pod of leaving) {
      const there = find(cluster, 'Pod', pod.metadata.namespace, pod.metadata.name);
      if (there === undefined || there.metadata.uid !== pod.metadata.uid) continue;
      there.metadata.deletionTimestamp ??= stamp(now);
      touch(cluster.objects, keyOfObject(there));
    }
    cluster.resourceVersion += 1;
  });
  for (const pod of leaving) call.out(`evicting pod ${nameOf(pod)}\n`);
  return yield* untilGone(kubectl, name, leaving);
}

function* untilGone(kubectl: Kubectl, name: string, pods: readonly KubeObject[]): Steps {
  const { call } = kubectl;
  const seconds = Number.parseInt(lastValue(kubectl.options, '--timeout') ?? '0', 10);
  const from = kubectl.see((_cluster, now) => now);
  for (;;) {
    const left = kubectl.see((cluster) =>
      pods.filter(
        ({ metadata }) => find(cluster, 'Pod', metadata.namespace, metadata.name)?.metadata.uid === metadata.uid,
      ),
    );
    if (left.length === 0) {
      for (const { metadata } of pods) call.out(`pod/${metadata.name} evicted\n`);
      call.out(`node/${name} drained\n`);
      return 0;
    }
    if (seconds > 0 && kubectl.see((_cluster, now) => now) - from > seconds * 1000)
      return refuse(
        call,
        `error: unable to drain node "${name}" due to error: error when waiting for pod "${left[0]?.metadata.name}" in namespace "${left[0]?.metadata.namespace}" to terminate: global timeout reached: ${seconds}s, continuing command...`,
      );
    yield lookAgainMs;
  }
}

const isClosed = (node: KubeObject): boolean => isMapping(node['spec']) && node['spec']['unschedulable'] === true;
const isDaemon = (pod: KubeObject): boolean =>
  pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false;
const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;
