import { anyKind, printed } from '../../cluster/kinds.ts';
import type { KubeObject } from '../../model/cluster.ts';
import { lastValue, refuse } from '../call.ts';
import { getRaw } from './raw.ts';
import type { Kubectl } from './request.ts';
import { notFound, objectsOf, targetsOf } from './targets.ts';

/** `kubectl get KIND[,KIND] [NAME] [-n NS|-A] [-l SELECTOR] [-o json|name]` */
export function get(kubectl: Kubectl): number {
  const { call, options, words, output } = kubectl;
  const raw = lastValue(options, '--raw');
  if (raw !== undefined) return getRaw(call, raw);
  const found = kubectl.see((cluster) => {
    const targets = targetsOf(cluster, words);
    if (typeof targets === 'string') return targets;
    return targets.map((target) => ({ target, objects: objectsOf(kubectl, cluster, target) }));
  });
  if (typeof found === 'string') return refuse(call, found);
  const named = found.filter(({ target }) => target.name !== undefined);
  const missing = named.filter(({ objects }) => objects.length === 0);
  const tolerant =
    options.flags.has('--ignore-not-found') || options.values.get('--ignore-not-found')?.at(-1) === 'true';
  const objects = found.flatMap((one) => one.objects);
  if (output === 'json') printJson(kubectl, objects, named.length === 1 && found.length === 1);
  else if (output === 'name') for (const object of objects) call.out(`${nameOf(object)}\n`);
  else if (output === undefined || output === 'wide') printTable(kubectl, objects, missing.length > 0 || tolerant);
  else return refuse(call, `error: output format "${output}" is not part of this rehearsal`);
  if (missing.length === 0 || tolerant) return 0;
  for (const { target } of missing) call.err(`${notFound(target.kind, target.name ?? '')}\n`);
  return 1;
}

function nameOf(object: KubeObject): string {
  return printed(anyKind(object.kind), object.metadata.name);
}

function printJson({ call }: Kubectl, objects: readonly KubeObject[], single: boolean): void {
  const [first] = objects;
  if (single) {
    if (first !== undefined) call.out(`${JSON.stringify(first, undefined, 4)}\n`);
    return;
  }
  const answer = { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
  call.out(`${JSON.stringify(answer, undefined, 4)}\n`);
}

function printTable({ call, namespace, allNamespaces }: Kubectl, objects: readonly KubeObject[], quiet: boolean): void {
  if (objects.length === 0) {
    if (!quiet) call.err(allNamespaces ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
    return;
  }
  const rows = objects.map((object) => [
    ...(allNamespaces ? [object.metadata.namespace ?? ''] : []),
    object.metadata.name,
  ]);
  const head = [...(allNamespaces ? ['NAMESPACE'] : []), 'NAME'];
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  for (const row of [head, ...rows])
    call.out(
      `${row
        .map((cell, index) => cell.padEnd((widths[index] ?? 0) + 3))
        .join('')
        .trimEnd()}\n`,
    );
}
