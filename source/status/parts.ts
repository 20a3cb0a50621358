import type { PodObject } from '../kubernetes/objects.ts';
import { isUneven } from '../kubernetes/spread.ts';
import { isPodOf, podCause, podReady, podTrouble, type WorkloadState } from '../kubernetes/workloads.ts';
import { type EnabledComponent, enabledComponents } from '../product/features.ts';
import type { ComponentKind, Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import type { Observation } from './observation.ts';
import type { ComponentStatus } from './report.ts';

/** Every part of the product, and what the loss of nodes has made of it. */
export function componentStatuses(site: Site, product: Product, seen: Observation): ComponentStatus[] {
  const components = enabledComponents(product, site.features);
  const lost = (seen.nodes ?? []).filter(({ ready }) => !ready).map(({ name }) => name);
  const open = (seen.nodes ?? []).filter(
    ({ ready, schedulable, controlOnly }) => ready && schedulable && !controlOnly,
  ).length;
  return (seen.workloads ?? []).map((workload) => {
    const pods = (seen.pods ?? []).filter((pod) => isPodOf(pod, workload));
    const loss = lossOf(workload, product.release, components);
    const nodes = countedByNode(pods);
    const { name, kind, ready, wanted, complete } = workload;
    return {
      ...{ name, kind, loss, ready, wanted, complete, nodes },
      ...stateOf(workload, loss, pods, lost),
      uneven: isUneven(workload.kind, nodes, open),
    };
  });
}

/** A part of the site's features by what the product says; any other by what it is: only a stateful set keeps data on its node. */
function lossOf(
  { name, kind }: WorkloadState,
  release: string,
  components: readonly EnabledComponent[],
): Exclude<ComponentKind, 'by-volume'> {
  const known = components.find(({ id }) => `${release}-${id}` === name);
  return known?.kind ?? (kind === 'StatefulSet' ? 'stateful-lvm' : 'stateless');
}

function countedByNode(pods: readonly PodObject[]): { node: string; ready: number }[] {
  const counts = new Map<string, number>();
  for (const pod of pods.filter((each) => podReady(each) && each.metadata.deletionTimestamp === undefined)) {
    const { nodeName } = pod.spec;
    if (nodeName !== undefined) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
  }
  return [...counts].map(([node, ready]) => ({ node, ready })).toSorted((a, b) => a.node.localeCompare(b.node));
}

function stateOf(
  { ready, wanted, complete }: WorkloadState,
  loss: ComponentStatus['loss'],
  pods: readonly PodObject[],
  lost: readonly string[],
): Pick<ComponentStatus, 'state' | 'words' | 'cause'> {
  const gone = lost.filter((node) => pods.some((pod) => pod.spec.nodeName === node));
  const on = gone.join(', ');
  if (complete)
    return gone.length === 0
      ? { state: 'complete', words: '' }
      : { state: 'moved', words: `runs without ${on}: ${ready} of ${wanted}` };
  const fresh = pods.filter(({ spec }) => !gone.includes(spec.nodeName ?? ''));
  const trouble = fresh.flatMap((pod) => podTrouble(pod) ?? [])[0];
  const cause = fresh.flatMap((pod) => podCause(pod) ?? [])[0];
  if (loss === 'stateful-lvm' && ready > 0) {
    const why = gone.length === 0 ? (trouble === undefined ? '' : `: ${trouble}`) : `, until ${on} is back`;
    return { state: 'degraded', words: `${ready} of ${wanted}${why}`, cause };
  }
  return { state: 'waiting', words: `${ready} of ${wanted}${waitsFor(loss, trouble, gone)}`, cause };
}

/** Kubernetes waits five minutes for a lost node, then replaces what ran there; a volume is freed only after that. */
function waitsFor(loss: ComponentStatus['loss'], trouble: string | undefined, gone: readonly string[]): string {
  if (gone.length > 0 && loss === 'stateful-lvm') return `, waits for ${gone.join(', ')} to be back: its data is there`;
  if (gone.length > 0) {
    const volume = loss === 'stateful-shared' ? ' and its volume' : '';
    const why = trouble === undefined ? '' : ` (${trouble})`;
    return `, waits for Kubernetes to move it${volume} away from ${gone.join(', ')}${why}`;
  }
  return trouble === undefined ? ', waits for its pods to be ready' : `: ${trouble}`;
}
