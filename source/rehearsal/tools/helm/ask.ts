import { stringify } from 'yaml';
import type { KubeObject, Release, ReleaseRevision } from '../../model/cluster.ts';
import { type Call, lastValue, refuse } from '../call.ts';
import { objectsOf } from './chart.ts';
import { latest, releaseOf } from './releases.ts';
import type { Helm } from './request.ts';

/** As Go's ANSIC: `Sat Nov 28 11:26:25 2026`. */
function dateOf(ms: number): string {
  const [day = '', date = '', month = '', year = '', clock = ''] = new Date(ms).toUTCString().split(/,? /);
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${clock} ${year}`;
}

export const noRelease = 'Error: release: not found';
const time = (ms: number) => new Date(ms).toISOString().replace(/\.(\d{3})Z$/, '.$1000000Z');

/** `helm status RELEASE [-o json]` */
export function status({ call, words, options, namespace, see }: Helm): number {
  if (words.length !== 1)
    return refuse(call, 'Error: "helm status" requires 1 argument\n\nUsage:  helm status RELEASE_NAME [flags]');
  const release = see((cluster) => releaseOf(cluster, words[0] ?? '', namespace));
  const revision = release === undefined ? undefined : latest(release);
  if (release === undefined || revision === undefined) return refuse(call, noRelease);
  if (lastValue(options, '-o', '--output') === 'json') call.out(`${JSON.stringify(asJson(release, revision))}\n`);
  else call.out(asText(release, revision));
  return 0;
}

export function asJson(release: Release, revision: ReleaseRevision): unknown {
  return {
    name: release.name,
    info: {
      first_deployed: time(revision.firstDeployed),
      last_deployed: time(revision.lastDeployed),
      deleted: '',
      description: revision.description,
      status: revision.status,
    },
    config: revision.values,
    version: revision.revision,
    namespace: release.namespace,
  };
}

export function asText(release: Release, revision: ReleaseRevision): string {
  return `NAME: ${release.name}
LAST DEPLOYED: ${dateOf(revision.lastDeployed)}
NAMESPACE: ${release.namespace}
STATUS: ${revision.status}
REVISION: ${revision.revision}
TEST SUITE: None
`;
}

/** `helm history RELEASE -o json` */
export function history({ call, words, options, namespace, see }: Helm): number {
  const release = see((cluster) => releaseOf(cluster, words[0] ?? '', namespace));
  if (release === undefined) return refuse(call, noRelease);
  const rows = release.revisions.map((revision) => ({
    revision: revision.revision,
    updated: time(revision.lastDeployed),
    status: revision.status,
    chart: revision.chart,
    app_version: revision.appVersion,
    description: revision.description,
  }));
  if (lastValue(options, '-o', '--output') === 'json') call.out(`${JSON.stringify(rows)}\n`);
  else for (const row of rows) call.out(`${row.revision}\t${row.status}\t${row.chart}\t${row.description}\n`);
  return 0;
}

/** `helm list [-A] [-a] [-o json]`; without `-a` those that failed or hang are left out. */
export function list({ call, options, namespace, see }: Helm): number {
  const everywhere = options.flags.has('-A') || options.flags.has('--all-namespaces');
  const all = options.flags.has('-a') || options.flags.has('--all');
  const rows = see((cluster) => cluster.releases)
    .filter((release) => everywhere || release.namespace === namespace)
    .flatMap((release) => {
      const revision = latest(release);
      const shown = revision !== undefined && (all || revision.status === 'deployed' || revision.status === 'failed');
      if (!shown) return [];
      return [
        {
          name: release.name,
          namespace: release.namespace,
          revision: String(revision.revision),
          updated: time(revision.lastDeployed).replace('T', ' ').replace('Z', ' +0000 UTC'),
          status: revision.status,
          chart: revision.chart,
          app_version: revision.appVersion,
        },
      ];
    });
  if (lastValue(options, '-o', '--output') === 'json') call.out(`${JSON.stringify(rows)}\n`);
  else {
    call.out('NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\n');
    for (const row of rows) call.out(`${Object.values(row).join('\t')}\n`);
  }
  return 0;
}

/** `helm get manifest RELEASE`: the objects are made again from the values of the revision. */
function getManifest({ call, namespace, see }: Helm, name: string): number {
  const release = see((cluster) => releaseOf(cluster, name, namespace));
  const revision = release === undefined ? undefined : latest(release);
  if (revision === undefined) return refuse(call, noRelease);
  const [, chart = '', version = ''] = /^(.+?)-(\d.*)$/.exec(revision.chart) ?? [];
  const made = { name: chart, version, appVersion: revision.appVersion, fetchMs: 0 };
  return printManifest(call, objectsOf(made, revision.values, { release: name, namespace }, call.product));
}

/** As Helm prints what it has rendered: one YAML document an object. */
export function printManifest(call: Pick<Call, 'out'>, objects: readonly KubeObject[]): number {
  for (const { status: _, ...object } of objects) call.out(`---\n${stringify(object)}`);
  return 0;
}

/** `helm get values RELEASE [-o json|yaml]`, `helm get manifest RELEASE` */
export function get(helm: Helm): number {
  const { call, words, options, namespace, see } = helm;
  const [what, name = ''] = words;
  if (what === 'manifest') return getManifest(helm, name);
  if (what !== 'values') return refuse(call, `Error: helm get ${what ?? ''} is not part of this rehearsal`);
  const release = see((cluster) => releaseOf(cluster, name, namespace));
  const wanted = Number(lastValue(options, '--revision') ?? 0);
  const revision =
    release?.revisions.find((one) => one.revision === wanted) ?? (release === undefined ? undefined : latest(release));
  if (revision === undefined) return refuse(call, noRelease);
  if (lastValue(options, '-o', '--output') === 'json') call.out(`${JSON.stringify(revision.values)}\n`);
  else call.out(`USER-SUPPLIED VALUES:\n${stringify(revision.values)}`);
  return 0;
}
