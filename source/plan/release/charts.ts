import { createHash } from 'node:crypto';
import { nodeState } from '../../host/node-state.ts';
import type { ChartLogin, ChartPlace } from '../../kubernetes/helm.ts';
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

/** Reads the files of a local chart: text by path. Throws `Fault` where the folder is not a chart. */
export type ReadChart = (folder: string) => ReadonlyMap<string, string>;

/** `release` names the chart's folder on the node. Throws what `read` throws. */
export function planChart(wish: ChartWish, release: string, node: string, read: ReadChart): PlannedChart {
  if (!wish.reference.startsWith('/')) {
    const place: ChartPlace = {
      ...remote(wish.reference),
      ...(wish.repository ? { repository: wish.repository } : {}),
    };
    const versioned = wish.version === undefined ? place : { ...place, version: wish.version };
    return { place: versioned, files: [], digest: digestOf(JSON.stringify(versioned)) };
  }
  const folder = `${nodeState}/charts/${release}`;
  const texts = [...read(wish.reference)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = texts.map(([path, content]) => ({ node, path: `${folder}/${path}`, content, mode: 0o644 }));
  return { place: { chart: folder }, files, digest: digestOf(JSON.stringify(texts)) };
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
