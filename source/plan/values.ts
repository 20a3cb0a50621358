import { Document, isScalar } from 'yaml';
import { featureSet } from '../product/features.ts';
import type { Product } from '../product/schema.ts';
import { type ComputedValue, type VolumeValue, valueSource } from '../product/sources.ts';
import type { Site } from '../site/schema.ts';
import { safeYaml, unfolded } from '../site/yaml-text.ts';
import { volumesFor } from '../storage/volumes.ts';

type Value = string | number | boolean;

/** One Helm value, and in words where it came from. */
export interface HelmValue {
  readonly path: readonly string[];
  readonly value: Value;
  readonly origin: string;
}

/** The Helm values of a site, one for each row of the product that has an answer. */
export function valueRows(site: Site, product: Product): HelmValue[] {
  return product.values.flatMap((row) => {
    const path = row.path.split('.');
    if ('value' in row) return [{ path, value: row.value, origin: `set by product ${product.id}` }];
    const answer = answerTo(row.from, site, product);
    return answer === undefined ? [] : [{ path, ...answer }];
  });
}

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
  }
  return document.toString(unfolded);
}

type Answer = Pick<HelmValue, 'value' | 'origin'>;

function documentOf(rows: readonly HelmValue[]): Document {
  const document = new Document({}, safeYaml);
  for (const { path, value } of rows) document.setIn(path, document.createNode(value));
  return document;
}

/** Undefined when the site has no answer; the chart's own default then holds. */
function answerTo(from: string, site: Site, product: Product): Answer | undefined {
  const source = valueSource(from);
  switch (source?.kind) {
    case 'feature':
      return { value: site.features.includes(source.feature), origin: 'site.yaml: features' };
    case 'volume':
      return volumeAnswer(source.volume, source.what, site, product);
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
  if (what === 'storageClass') return storageClassAnswer(volume.class, site, product);
  const sized = volumesFor(site, product).find((each) => each.id === id);
  const origins = {
    typed: `site.yaml: storage.volumes.${id}`,
    workload: 'computed from site.yaml: storage.workload',
    default: `default of product ${product.id}`,
  };
  return sized && { value: `${sized.gib}Gi`, origin: origins[sized.from] };
}

function storageClassAnswer(kind: 'shared' | 'unshared', site: Site, product: Product): Answer {
  const { engine, storageClass } = site.storage.shared;
  if (kind === 'shared' && engine === 'existing' && storageClass !== undefined) {
    return { value: storageClass, origin: 'site.yaml: storage.shared.storageClass' };
  }
  return { value: product.storage.classes[kind], origin: `class of ${kind} volumes, product ${product.id}` };
}

function computedAnswer(what: ComputedValue, site: Site, product: Product): Answer {
  const managers = site.nodes.filter((node) => node.role === 'manager').length;
  switch (what) {
    case 'tls.secret':
      return { value: product.tlsSecret, origin: `product ${product.id}` };
    case 'topology.managers':
      return { value: managers, origin: 'counted in site.yaml: nodes' };
    case 'topology.workers':
      return { value: site.nodes.length - managers, origin: 'counted in site.yaml: nodes' };
    case 'topology.replicas':
      return { value: replicas(managers), origin: 'computed: the largest odd number of managers, for a majority' };
  }
}

/** Members of a replicated service vote: an even number survives no more losses than one less. */
export function replicas(managers: number): number {
  return managers % 2 === 0 ? Math.max(managers - 1, 1) : managers;
}

function siteAnswer(path: readonly string[], site: Site): Answer | undefined {
  const value = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(inner).find(([name]) => name === key)?.[1]
        : undefined,
    site,
  );
  const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isValue ? { value, origin: `site.yaml: ${path.join('.')}` } : undefined;
}
