import { createHash } from 'node:crypto';
import type { Bundle } from '../../bundle/manifest.ts';
import { Fault } from '../../errors/fault.ts';
import { bundleFolder, nodeState } from '../../host/node-state.ts';
import type { ChartLogin, ChartPlace } from '../../kubernetes/helm.ts';
import { kloudspot } from '../../text/command.ts';
import type { PlannedFile } from '../step.ts';
import type { Registry } from './registry.ts';

/** A chart as Helm on a node will find it, with the files that must lie there first. */
export interface PlannedChart {
  readonly place: ChartPlace;
  readonly files: readonly PlannedFile[];
  /** Changes when the chart that is asked for changes. */
  readonly digest: string;
}

/** A chart as product or site names it. */
export interface ChartWish {
  /** Absolute folder, `oci://…`, URL, `repository/name`, or a name together with `repository`. */
  readonly reference: string;
  readonly repository?: string | undefined;
  readonly version?: string | undefined;
}

/** Where a plan finds charts. */
export interface ChartSources {
  readonly read: ReadChart;
  readonly bundle?: Bundle | undefined;
}

/** Reads the files of a local chart: text by path. Throws `Fault` where the folder is not a chart. */
export type ReadChart = (folder: string) => ReadonlyMap<string, string>;

/** The chart of a bundle that stands in a remote one's place. */
function bundled(wish: ChartWish, { manifest }: Bundle): PlannedChart {
  const part = manifest.parts.find(({ kind, origin }) => kind === 'chart' && origin === originOf(wish));
  if (part) return { place: { chart: `${bundleFolder}/${part.path}` }, files: [], digest: part.sha256.slice(0, 12) };
  throw new Fault({
    what: `The bundle does not hold the chart ${wish.reference}.`,
    why: 'It was made for another site or product.',
    next: [`On a machine with internet: ${kloudspot('bundle create --site FILE --output FILE')}`],
  });
}

/** By which a chart is found again in a bundle: its repository, if it has one, and its reference. */
export const originOf = ({ repository, reference }: ChartWish): string =>
  [repository, reference].filter(Boolean).join(' ');

/** `release` names the chart's folder on the node. Throws what `read` throws, and `Fault` where a bundle lacks the chart. */
export function planChart(
  wish: ChartWish,
  release: string,
  node: string,
  { read, bundle }: ChartSources,
): PlannedChart {
  if (!wish.reference.startsWith('/')) {
    if (bundle !== undefined) return bundled(wish, bundle);
    const place = remotePlace(wish);
    return { place, files: [], digest: digestOf(JSON.stringify(place)) };
  }
  const folder = `${nodeState}/charts/${release}`;
  const texts = [...read(wish.reference)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = texts.map(([path, content]) => ({ node, path: `${folder}/${path}`, content, mode: 0o644 }));
  return { place: { chart: folder }, files, digest: digestOf(JSON.stringify(texts)) };
}

/** Where Helm fetches a chart that is not a folder here. */
export function remotePlace({ reference, repository, version }: ChartWish): ChartPlace {
  const place: ChartPlace = { ...remote(reference), ...(repository ? { repository } : {}) };
  return version === undefined ? place : { ...place, version };
}

/** `https://charts.example.org/stable/kloudspot` is chart `kloudspot` of that repository; an archive is taken as it is. */
function remote(reference: string): ChartPlace {
  const url = /^(https?:\/\/.+)\/([^/]+)$/.exec(reference);
  if (!url?.[1] || !url[2] || /\.(tgz|tar\.gz)$/.test(reference)) return { chart: reference };
  return { chart: url[2], repository: url[1] };
}

/** The login that a chart needs: only the registry of the site gets its secret. */
export function chartLogin({ chart, repository }: ChartPlace, registry: Registry | undefined): ChartLogin | undefined {
  if (registry?.user === undefined) return undefined;
  const { host, user } = registry;
  if (chart.startsWith(`oci://${host}/`)) return { host, user };
  return repository?.startsWith(`https://${host}/`) ? { host, user, repository } : undefined;
}

/** First 12 hex digits of SHA-256 over the texts. */
export function digestOf(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 12);
}
