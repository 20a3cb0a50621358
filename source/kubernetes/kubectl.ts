import { microk8sProgram } from '../microk8s/microk8s.ts';
import { defined } from '../text/defined.ts';

export interface Where {
  readonly namespace?: string;
  readonly all?: boolean;
  readonly selector?: string;
  /** Field selector, such as `reason=nodeAssigned`. */
  readonly fields?: string;
}

/** Argument arrays of `microk8s kubectl`. Kinds are plural and, for those that are not Kubernetes' own, with their group. */
export const kubectl = {
  /** A list of one or more kinds as JSON. */
  list: (kinds: string | readonly string[], where: Where = {}) => [
    ...program,
    'get',
    [kinds].flat().join(','),
    ...scope(where),
    ...(where.selector ? ['-l', where.selector] : []),
    ...(where.fields ? ['--field-selector', where.fields] : []),
    '-o',
    'json',
  ],
  /** One object as JSON; nothing at all, with exit code 0, where there is none. */
  get: (kind: string, name: string, namespace?: string) => [
    ...program,
    'get',
    kind,
    name,
    ...scope(defined({ namespace })),
    '--ignore-not-found',
    '-o',
    'json',
  ],
  /** Last lines of a pod's containers; `before`: of those that ran before the ones of now. */
  lastWords: (pod: string, namespace: string, lines: number, before: boolean) => [
    ...program,
    'logs',
    pod,
    '-n',
    namespace,
    '--all-containers',
    ...(before ? ['--previous'] : []),
    `--tail=${lines}`,
  ],
  /** Manifests come on standard input. */
  apply: () => [...program, 'apply', '--server-side', '--force-conflicts', '-f', '-'],
  delete: (kind: string, name: string, options: { readonly namespace?: string; readonly wait?: boolean } = {}) => [
    ...program,
    'delete',
    kind,
    name,
    ...scope(defined({ namespace: options.namespace })),
    '--ignore-not-found',
    `--wait=${options.wait ?? false}`,
  ],
  /** The object goes, what it owns stays: pods run on, and are adopted by the next one of that name. */
  deleteOrphaning: (kind: string, name: string, namespace: string) => [
    ...kubectl.delete(kind, name, { namespace, wait: true }),
    '--cascade=orphan',
  ],
  /** A shell in a container of a running pod. `target`: a pod, or `deployment/NAME`. */
  exec: (target: string, container: string, namespace: string, script: string) => [
    ...program,
    'exec',
    target,
    '-n',
    namespace,
    '-c',
    container,
    '--',
    'sh',
    '-c',
    script,
  ],
  /** Objects come on standard input; prints `true` or `false` for each. */
  review: () => [...program, 'create', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'],
  /** What a kubelet that runs was started with, as JSON; the API server asks it. */
  kubeletConfiguration: (node: string) => [...program, 'get', '--raw', `/api/v1/nodes/${node}/proxy/configz`],
  version: (of: 'client' | 'server') =>
    of === 'client' ? [...program, 'version', '--client'] : [...program, 'get', '--raw', '/version'],
  helmVersion: () => [microk8sProgram, 'helm3', 'version', '--template', '{{.Version}}'],
  /** `taint`: `KEY=:EFFECT`, or `KEY:EFFECT-` to remove it. */
  taint: (node: string, taint: string) => [...program, 'taint', 'nodes', node, taint, '--overwrite'],
  scale: (kind: string, name: string, namespace: string, replicas: number) => [
    ...program,
    'scale',
    kind,
    name,
    '-n',
    namespace,
    `--replicas=${replicas}`,
  ],
  /** Evicts what can move and closes the node for new pods; pods of daemon sets stay. */
  drain: (node: string, seconds: number) => [
    ...program,
    'drain',
    node,
    '--ignore-daemonsets',
    '--delete-emptydir-data',
    '--force',
    `--timeout=${seconds}s`,
  ],
  uncordon: (node: string) => [...program, 'uncordon', node],
  patch: (kind: string, name: string, namespace: string, change: unknown) =>
    kubectlPatch(kind, name, namespace, JSON.stringify(change)),
} as const;

const program = [microk8sProgram, 'kubectl'] as const;

/** A merge patch (RFC 7386) as text, which may hold a plan's placeholders. */
export const kubectlPatch = (kind: string, name: string, namespace: string, change: string): string[] => [
  ...program,
  'patch',
  kind,
  name,
  '-n',
  namespace,
  '--type',
  'merge',
  '-p',
  change,
];

function scope(where: Where): string[] {
  if (where.all) return ['-A'];
  return where.namespace === undefined ? [] : ['-n', where.namespace];
}
