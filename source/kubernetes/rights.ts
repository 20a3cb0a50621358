import type { ReadOnlyHost } from '../host/host.ts';
import { spokenLines } from '../text/spoken-lines.ts';
import { kubectl } from './kubectl.ts';
import type { Manifest } from './manifests.ts';

/** One thing that an operator must be allowed to do. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** None: in the whole cluster. */
  readonly namespace?: string;
}

/** Kinds of a chart that belong to no namespace. */
const clusterWide = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'CustomResourceDefinition',
  'PriorityClass',
  'IngressClass',
];
const irregular: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  Endpoints: 'endpoints',
  StorageClass: 'storageclasses',
  PriorityClass: 'priorityclasses',
  IngressClass: 'ingressclasses',
};
const plural = (kind: string): string => irregular[kind] ?? `${kind.toLowerCase()}s`;

const writing = ['get', 'create', 'patch', 'delete'];

/** What a rollout of these objects, and looking at it, asks for. Helm keeps its releases as secrets of the namespace. */
export function rightsFor(objects: readonly Manifest[], namespace: string): Right[] {
  const core = (resource: string, verbs: readonly string[], group = ''): Right[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }));
  const all = [
    { verb: 'list', group: '', resource: 'nodes' },
    ...(namespace === 'default'
      ? []
      : ['get', 'create', 'patch'].map((verb) => ({ verb, group: '', resource: 'namespaces' }))),
    ...core('secrets', ['get', 'list', 'create', 'update', 'patch', 'delete']),
    ...['pods', 'events', 'persistentvolumeclaims'].flatMap((resource) => core(resource, ['list'])),
    ...['deployments', 'statefulsets', 'daemonsets'].flatMap((resource) => core(resource, ['list'], 'apps')),
    ...objects.flatMap(({ apiVersion, kind }) => {
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      const place = clusterWide.includes(kind) ? {} : { namespace };
      return writing.map((verb): Right => ({ verb, group, resource: plural(kind), ...place }));
    }),
  ];
  return [...new Map(all.map((right) => [sayRight(right), right])).values()];
}

/** `create deployments.apps in kloudspot`, `list nodes in the whole cluster` */
export function sayRight({ verb, group, resource, namespace }: Right): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${what} ${namespace === undefined ? 'in the whole cluster' : `in ${namespace}`}`;
}

const review = ({ verb, group, resource, namespace }: Right) => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) } },
});

/** The rights that the cluster does not grant, by its own answer; `said` where it gave none. Changes nothing: a review is never kept. */
export async function missingRights(
  host: ReadOnlyHost,
  rights: readonly Right[],
): Promise<{ readonly missing: readonly Right[] } | { readonly said: string }> {
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rights.map(review) });
  const { code, stdout, stderr } = await host.run(kubectl.review(), { stdin, deadline: 60_000 });
  const answers = stdout.trim().split('\n');
  if (code !== 0 || answers.length !== rights.length)
    return { said: spokenLines(stderr).join('\n').trim() || 'no answer' };
  return { missing: rights.filter((_, index) => answers[index] !== 'true') };
}
