import { resolve } from 'node:path';
import type { ChartToInstall } from '../../bundle/stores.ts';
import { chartReference } from '../../product/load.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import { ownClass } from '../../storage/classes.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { sharedEngines } from '../engines/engines.ts';
import { lvmValues } from '../engines/lvm.ts';
import { type ChartWish, originOf, remotePlace } from '../release/charts.ts';
import { valuesText } from '../values.ts';

/** A chart that a run of the site installs. */
export interface WantedChart extends ChartToInstall {
  readonly for: 'storage' | 'product';
  /** By which the plan finds it in a bundle; undefined for a folder here, whose files stand in the plan itself. */
  readonly origin: string | undefined;
}

/** The charts of the engines that the volumes need, and that of the product, with their values. */
export function wantedCharts(site: Site, product: Product): WantedChart[] {
  const wanted = new Set(volumesFor(site, product).map((volume) => volume.class));
  const lvm = wanted.has('unshared') && ownClass(site.storage, 'unshared') === undefined;
  const { storage } = product;
  const { engine: name } = site.storage.shared;
  const shared = wanted.has('shared') ? sharedEngine(name).chart : undefined;
  const sharedValues = sharedEngines[name].chartValues(lvm);
  return [
    ...(lvm ? [engine(product, storage.lvm, lvmValues())] : []),
    ...(shared !== undefined && sharedValues !== undefined ? [engine(product, storage[shared], sharedValues)] : []),
    wantedChart(productWish(site, product), product, valuesText(site, product), 'product'),
  ];
}

function engine(product: Product, row: Product['storage']['lvm'], values: string): WantedChart {
  const { chart, repository, version } = row;
  return wantedChart({ reference: chartReference(product, chart), repository, version }, row, values, 'storage');
}

function wantedChart(
  wish: ChartWish,
  { release, namespace }: Pick<Product, 'release' | 'namespace'>,
  values: string,
  user: WantedChart['for'],
): WantedChart {
  const local = wish.reference.startsWith('/');
  const place = local ? { chart: wish.reference } : remotePlace(wish);
  return { for: user, release, namespace, values, place, origin: local ? undefined : originOf(wish) };
}

/** The site's chart stands in the product's place. */
export function productWish({ chart }: Pick<Site, 'chart'>, product: Product): ChartWish {
  const { reference, version } = chart ?? product.chart;
  const found = chart ? localOrAsItIs(reference) : chartReference(product, reference);
  return { reference: found, version };
}

function localOrAsItIs(reference: string): string {
  return reference.startsWith('.') ? resolve(reference) : reference;
}
