import { type Kind, kindNamed, qualified } from '../../cluster/kinds.ts';
import { find, list, selects } from '../../cluster/store.ts';
import type { Cluster, KubeObject } from '../../model/cluster.ts';
import type { Kubectl } from './request.ts';

/** A kind and, where one was named, the object's name: `pods web`, `deployment/web`, `pods,services`. */
export interface Target {
  readonly kind: Kind;
  readonly name: string | undefined;
}

/** What the words name, or kubectl's refusal. */
export function targetsOf(cluster: Cluster, words: readonly string[]): readonly Target[] | string {
  const [first = '', ...names] = words;
  if (first === '')
    return [
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.',
      '',
      'error: Required resource not specified.',
      'Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
      "See 'kubectl get -h' for help and examples",
    ].join('\n');
  const targets: Target[] = [];
  const single = first.includes('/');
  const pairs = single ? words.map((word) => word.split('/')) : first.split(',').map((word) => [word]);
  for (const [word = '', name] of pairs) {
    const kind = kindNamed(cluster, word);
    if (kind === undefined) return `error: the server doesn't have a resource type "${word}"`;
    if (single) targets.push({ kind, name });
    else if (names.length === 0) targets.push({ kind, name: undefined });
    else for (const own of names) targets.push({ kind, name: own });
  }
  return targets;
}

export const notFound = (kind: Kind, name: string) =>
  `Error from server (NotFound): ${qualified(kind)} "${name}" not found`;

/** The objects that a target means in the scope of the call. */
export function objectsOf(
  { namespace, allNamespaces, selector }: Kubectl,
  cluster: Cluster,
  target: Target,
): readonly KubeObject[] {
  const { kind, name } = target;
  if (name !== undefined) {
    const object = find(cluster, kind.kind, namespace, name);
    return object === undefined ? [] : [object];
  }
  const all = list(cluster, kind.kind, kind.namespaced && !allNamespaces ? namespace : undefined);
  return selector === undefined ? all : all.filter((object) => selects(selector, object.metadata.labels));
}
