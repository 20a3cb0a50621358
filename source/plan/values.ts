import { Document, isNode, isScalar } from 'yaml';
import { featureSet } from '../product/features.ts';
import type { Product, VolumeClass } from '../product/schema.ts';
import { instanceCounts, onlyControls } from '../product/shape.ts';
import { type ComputedValue, type VolumeValue, valueSource } from '../product/sources.ts';
import type { HelmValue, Site, SitePath } from '../site/schema.ts';
import { safeYaml, unfolded } from '../site/yaml-text.ts';
import { ownClass } from '../storage/classes.ts';
import { volumesFor } from '../storage/volumes.ts';
import { settingFor } from '../storage/workload.ts';
import { isMapping } from '../text/mapping.ts';

/** One Helm value, and in words where it came from. */
export interface HelmRow {
  /** Keys, and positions in lists. */
  readonly path: SitePath;
  readonly value: HelmValue;
  readonly origin: string;
  /** Where `site.yaml` says it, or would. */
  readonly field?: SitePath;
}

/** The Helm values of a site: one for each row of the product that has an answer, and those that the site gives itself, which win. */
export function valueRows(site: Site, product: Product): HelmRow[] {
  const rows = product.values.flatMap((row): HelmRow[] => {
    const path = row.path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    if ('value' in row) return [{ path, value: row.value, origin: `set by product ${product.id}` }];
    const answer = answerTo(row.from, site, product);
    return answer === undefined ? [] : [{ path, ...answer }];
  });
  const own = leavesOf(site.values ?? {});
  return [...rows.filter(({ path }) => !own.some((leaf) => covers(leaf.path, path))), ...own.map(saying(rows))];
}

/** The single values in nested keys. A list is one value; an empty mapping too. */
function leavesOf(
  values: Readonly<Record<string, HelmValue>>,
  above: readonly string[] = [],
): Omit<HelmRow, 'origin'>[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...above, key];
    return isMapping(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [{ path, value }];
  });
}

/** Whether one of them lies in the other's place: they are the same, or one holds the other. */
const covers = (one: SitePath, other: SitePath): boolean =>
  one.slice(0, other.length).every((key, index) => key === other[index]);

const saying =
  (rows: readonly HelmRow[]) =>
  (leaf: Omit<HelmRow, 'origin'>): HelmRow => {
    const place = ['values', ...leaf.path].join('.');
    const replaced = rows.find(({ path }) => covers(leaf.path, path));
    const instead = replaced === undefined ? '' : `, in place of: ${replaced.origin}`;
    return { ...leaf, origin: `site.yaml: ${place}${instead}`, field: ['values', ...leaf.path] };
  };

/** What Helm gets, as nested keys. */
export function helmValues(site: Site, product: Product): Record<string, unknown> {
  const values: Record<string, unknown> = documentOf(valueRows(site, product)).toJS();
  return values;
}

/** `values.yaml`: safe for a YAML 1.1 reader such as Helm's; a comment beside each value says where it came from. */
export function valuesText(site: Site, product: Product): string {
  const rows = valueRows(site, product);
  const document = documentOf(rows);
  document.commentBefore =
    ` Helm values of ${product.id}, made by kloudspot from site.yaml and the product file.\n` +
    ' Change those, not this file: init, start and update rewrite it.';
  for (const { path, origin } of rows) {
    const node = document.getIn(path, true);
    if (isScalar(node)) node.comment = ` ${origin}`;
    else if (isNode(node)) node.commentBefore = ` ${origin}`;
  }
  return document.toString(unfolded);
}

type Answer = Omit<HelmRow, 'path'>;

function documentOf(rows: readonly HelmRow[]): Document {
  const document = new Document({}, safeYaml);
  for (const { path, value } of rows) document.setIn(path, document.createNode(value));
  return document;
}

/** Undefined when the site has no answer; the chart's own default then holds. */
function answerTo(from: string, site: Site, product: Product): Answer | undefined {
  const source = valueSource(from);
  switch (source?.kind) {
    case 'feature':
      return { value: site.features.includes(source.feature), origin: 'site.yaml: features', field: ['features'] };
    case 'volume':
      return volumeAnswer(source.volume, source.what, site, product);
    case 'setting':
      return settingAnswer(source.setting, site, product);
    case 'computed':
      return computedAnswer(source.what, site, product);
    case 'site':
      return siteAnswer(source.path, site);
    default:
      return undefined;
  }
}

function volumeAnswer(id: string, what: VolumeValue, site: Site, product: Product): Answer | undefined {
  const set = featureSet(product, site.features);
  const volume = set.volumes.find((candidate) => candidate.id === id);
  const follows = `follows from features, ${set.evidence}`;
  if (what === 'enabled') return { value: volume !== undefined, origin: follows };
  if (volume === undefined) return undefined;
  if (what === 'class') return { value: volume.class, origin: follows };
  if (what === 'access') return { value: volume.access, origin: `product ${product.id}` };
  if (what === 'storageClass') return storageClassAnswer(volume.class, site, product);
  const sized = volumesFor(site, product).find((each) => each.id === id);
  const origins = {
    typed: `site.yaml: storage.volumes.${id}`,
    workload: 'computed from site.yaml: storage.workload',
    default: `default of product ${product.id}`,
  };
  return sized && { value: `${sized.gib}Gi`, origin: origins[sized.from], field: ['storage', 'volumes', id] };
}

function settingAnswer(id: string, site: Site, product: Product): Answer | undefined {
  const row = product.workload?.settings[id];
  const volume = volumesFor(site, product).find((each) => each.id === row?.volume);
  if (row === undefined || volume === undefined) return undefined;
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  const value = settingFor(product, id, volume, { workload: site.storage.workload ?? {}, managers });
  return value === undefined
    ? undefined
    : { value, origin: `follows the ${volume.gib} GB of ${volume.id}: ${row.value}` };
}

function storageClassAnswer(kind: VolumeClass, site: Site, product: Product): Answer {
  const own = ownClass(site.storage, kind);
  if (own !== undefined)
    return { value: own, origin: `site.yaml: storage.${kind}.storageClass`, field: ['storage', kind, 'storageClass'] };
  return { value: product.storage.classes[kind], origin: `class of ${kind} volumes, product ${product.id}` };
}

function computedAnswer(what: ComputedValue, site: Site, product: Product): Answer | undefined {
  const managers = site.nodes.filter((node) => node.role === 'manager').length;
  switch (what) {
    case 'tls.secret':
      return { value: product.tlsSecret, origin: `product ${product.id}` };
    case 'registry.secret':
      return site.registry?.user === undefined
        ? undefined
        : { value: registrySecretName(product), origin: 'follows from site.yaml: registry' };
    case 'topology.managers':
      return { value: managers, origin: 'counted in site.yaml: nodes' };
    case 'topology.workers':
      return { value: site.nodes.length - managers, origin: 'counted in site.yaml: nodes' };
    case 'topology.replicas':
      return {
        value: instanceCounts(product, site.nodes).replicas,
        origin: `computed: the largest odd number of ${onlyControls(product, site.nodes) ? 'workers' : 'managers'}, for a majority`,
      };
    case 'topology.nodes':
      return {
        value: instanceCounts(product, site.nodes).nodes,
        origin: 'counted in site.yaml: nodes that carry the product',
      };
  }
}

/** The secret in the product's namespace with which Kubernetes pulls images from the site's registry. */
export const registrySecretName = ({ release }: Pick<Product, 'release'>): string => `${release}-registry`;

function siteAnswer(path: readonly string[], site: Site): Answer | undefined {
  const value = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(inner).find(([name]) => name === key)?.[1]
        : undefined,
    site,
  );
  const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isValue ? { value, origin: `site.yaml: ${path.join('.')}`, field: path } : undefined;
}
