import * as z from 'zod';
import { microk8sProgram, parseJson } from '../microk8s/microk8s.ts';

export interface ChartPlace {
  /** Folder or archive on the node, `oci://…`, an URL, `repository/name`, or a bare name together with `repository`. */
  readonly chart: string;
  readonly repository?: string | undefined;
  readonly version?: string | undefined;
}

export interface ReleasePlace {
  readonly release: string;
  readonly namespace: string;
}

/** How Helm gets at a chart that is not for everybody. `repository`: a repository of charts, else an OCI registry at `host`. */
export interface ChartLogin {
  readonly host: string;
  readonly user: string;
  readonly repository?: string | undefined;
}

/** Holds a login while Helm fetches a chart with it: on a file system in memory, for root alone. */
export const loginFolder = '/run/kloudspot-helm';
/** What the repository of a login is called meanwhile. */
const loginRepository = 'site';
const registryConfig = ['--registry-config', `${loginFolder}/registry.json`];
const repositoryConfig = [
  '--repository-config',
  `${loginFolder}/repositories.yaml`,
  '--repository-cache',
  `${loginFolder}/cache`,
];

/** The chart's words, and where its login is. */
function chartWords(chart: ChartPlace, login: ChartLogin | undefined): string[] {
  const version = chart.version ? ['--version', chart.version] : [];
  if (login?.repository !== undefined) return [`${loginRepository}/${chart.chart}`, ...repositoryConfig, ...version];
  const repository = chart.repository ? ['--repo', chart.repository] : [];
  return [chart.chart, ...(login === undefined ? [] : registryConfig), ...repository, ...version];
}

const program = [microk8sProgram, 'helm3'] as const;
const inNamespace = (namespace: string) => ['--namespace', namespace];

/** Argument arrays of `microk8s helm3`. None waits for workloads: that is watched, shown and bounded by the steps. */
export const helm = {
  /** `description` is kept with the revision; it names what the revision was made of. `minutes` bounds hooks. */
  upgrade: (
    place: ReleasePlace,
    chart: ChartPlace,
    options: {
      readonly values: string;
      readonly description: string;
      readonly minutes: number;
      readonly login?: ChartLogin | undefined;
    },
  ) => [
    ...program,
    'upgrade',
    '--install',
    place.release,
    ...chartWords(chart, options.login),
    ...inNamespace(place.namespace),
    '--create-namespace',
    '--values',
    options.values,
    '--description',
    options.description,
    '--timeout',
    `${options.minutes}m`,
  ],
  /** The secret comes on standard input. */
  login: ({ host, user, repository }: ChartLogin) => [
    ...program,
    ...(repository === undefined
      ? ['registry', 'login', host, ...registryConfig]
      : ['repo', 'add', loginRepository, repository, '--force-update', ...repositoryConfig]),
    '--username',
    user,
    '--password-stdin',
  ],
  /** Waits until what it made is gone. `hooks: false`: the chart's own clean-up jobs are not run. */
  uninstall: (place: ReleasePlace, minutes: number, { hooks = true } = {}) => [
    ...program,
    'uninstall',
    place.release,
    ...inNamespace(place.namespace),
    ...(hooks ? [] : ['--no-hooks']),
    '--wait',
    '--timeout',
    `${minutes}m`,
  ],
  rollback: (place: ReleasePlace, revision: string) => [
    ...program,
    'rollback',
    place.release,
    revision,
    ...inNamespace(place.namespace),
  ],
  status: (place: ReleasePlace) => [...program, 'status', place.release, ...inNamespace(place.namespace), '-o', 'json'],
  history: (place: ReleasePlace) => [
    ...program,
    'history',
    place.release,
    ...inNamespace(place.namespace),
    '-o',
    'json',
  ],
  /** Values that the release was made with, the chart's own left out. */
  values: (place: ReleasePlace) => [
    ...program,
    'get',
    'values',
    place.release,
    ...inNamespace(place.namespace),
    '-o',
    'json',
  ],
  /** What the release made, as it was rendered; hooks are not among it. */
  manifest: (place: ReleasePlace) => [...program, 'get', 'manifest', place.release, ...inNamespace(place.namespace)],
  /** Of all namespaces, those that failed or hang included. */
  list: () => [...program, 'list', '-A', '-a', '-o', 'json'],
} as const;

const releaseStatus = z.object({
  name: z.string(),
  namespace: z.string(),
  version: z.number(),
  info: z.object({ status: z.string(), description: z.string().default('') }),
});

export interface ReleaseStatus {
  readonly revision: number;
  /** `deployed`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`, … */
  readonly status: string;
  readonly description: string;
}

/** Of `helm status -o json`. Undefined where the text is not such an answer. */
export function parseReleaseStatus(stdout: string): ReleaseStatus | undefined {
  const read = releaseStatus.safeParse(parseJson(stdout));
  if (!read.success) return undefined;
  const { version, info } = read.data;
  return { revision: version, status: info.status, description: info.description };
}

const history = z.array(
  z.object({ revision: z.number(), status: z.string(), chart: z.string(), description: z.string().default('') }),
);
export type ReleaseHistory = z.output<typeof history>;

/** Oldest first; undefined where the text is not such an answer. */
export function parseHistory(stdout: string): ReleaseHistory | undefined {
  const read = history.safeParse(parseJson(stdout));
  return read.success ? read.data.toSorted((a, b) => a.revision - b.revision) : undefined;
}

/** The latest revision before the newest one that was once deployed: where a roll-back goes. */
export function revisionToRollBackTo(revisions: ReleaseHistory): number | undefined {
  return revisions.slice(0, -1).findLast(({ status }) => status === 'superseded' || status === 'deployed')?.revision;
}

const list = z.array(
  z.object({
    name: z.string(),
    namespace: z.string(),
    revision: z.coerce.number(),
    status: z.string(),
    chart: z.string(),
    updated: z.string().default(''),
  }),
);
export type ListedRelease = z.output<typeof list>[number];

export function parseReleaseList(stdout: string): readonly ListedRelease[] | undefined {
  const read = list.safeParse(parseJson(stdout));
  return read.success ? read.data : undefined;
}

/** `{ name: 'kloudspot', version: '2.4.1' }` of `kloudspot-2.4.1`: the version begins at the first hyphen before a digit. */
export function parseChartName(chart: string): { readonly name: string; readonly version: string } | undefined {
  const match = /^(.+?)-(\d+\.\d+\.\d+.*)$/.exec(chart);
  return match?.[1] && match[2] ? { name: match[1], version: match[2] } : undefined;
}

/** A release that an interrupted Helm left behind; Helm itself then refuses every further change. */
export function isPending(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}
