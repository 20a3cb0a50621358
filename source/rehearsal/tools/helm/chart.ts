import { parse } from 'yaml';
import * as z from 'zod';
import type { Product } from '../../../product/schema.ts';
import { defined } from '../../../text/defined.ts';
import { productObjects } from '../../cluster/charts/product.ts';
import { cstorObjects, lvmObjects } from '../../cluster/charts/storage.ts';
import type { KubeObject } from '../../model/cluster.ts';
import { fileAt, isFolder } from '../../node/file-system.ts';
import { type Call, lastValue, type Options } from '../call.ts';

export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** ms to fetch it. */
  readonly fetchMs: number;
}

const chartFile = z.object({ name: z.string(), version: z.string(), appVersion: z.coerce.string().default('') });
/** The newest version of a chart that the repositories here have. */
export const newestChart = (name: string): string => newest[name] ?? '1.0.0';
const newest: Readonly<Record<string, string>> = { 'lvm-localpv': '1.9.1', cstor: '3.6.0' };

/** What a chart's word means on the machine, or Helm's refusal. */
export function chartOf(call: Call, word: string, options: Options): Chart | string {
  if (word.startsWith('/') || word.startsWith('.')) return localChart(call, word);
  const version = lastValue(options, '--version');
  const repository = lastValue(options, '--repo');
  const name =
    word
      .replace(/\.tgz$/, '')
      .split('/')
      .at(-1) ?? word;
  const added = call.look((machine) => fileAt(machine, lastValue(options, '--repository-config') ?? '')?.content ?? '');
  if (repository === undefined && !word.includes('://') && !added.includes(`name: ${word.split('/')[0]}\n`)) {
    if (!word.includes('/')) return `failed to download "${word}"`;
    return `repo ${word.split('/')[0]} not found`;
  }
  if (!call.look(({ online }) => online)) {
    const host = new URL(repository ?? (word.includes('://') ? word : 'https://charts.example.org')).host;
    return `looks like "${repository ?? word}" is not a valid chart repository or cannot be reached: dial tcp: lookup ${host}: Temporary failure in name resolution`;
  }
  const known = version ?? newest[name] ?? '1.0.0';
  return { name, version: known, appVersion: known, fetchMs: 3_200 };
}

function localChart(call: Call, folder: string): Chart | string {
  const archive = folder.endsWith('.tgz');
  const text = call.look((machine) => fileAt(machine, archive ? folder : `${folder}/Chart.yaml`)?.content);
  if (text === undefined) {
    return call.look((machine) => isFolder(machine, folder))
      ? 'Chart.yaml file is missing'
      : `path "${folder}" not found`;
  }
  const read = chartFile.safeParse(parse(text));
  if (!read.success) return 'validation: chart.metadata.name is required';
  return { ...read.data, fetchMs: 150 };
}

/** The texts of a chart in a folder of the machine by which its values are judged; none for an archive and for a chart that is fetched. */
export function schemaOf(call: Call, word: string): { readonly schema?: string; readonly defaults?: string } {
  const text = (name: string) => call.look((machine) => fileAt(machine, `${word}/${name}`)?.content);
  return word.startsWith('/') ? defined({ schema: text('values.schema.json'), defaults: text('values.yaml') }) : {};
}

/** Everything that the chart makes with these values, without Helm's own labels. */
export function objectsOf(
  chart: Chart,
  values: unknown,
  place: { readonly release: string; readonly namespace: string },
  product: Product | undefined,
): KubeObject[] {
  if (chart.name === 'lvm-localpv') return lvmObjects(place.release, place.namespace);
  if (chart.name === 'cstor') return cstorObjects(place.namespace, values);
  return product === undefined ? [] : productObjects(product, values, place.release, place.namespace);
}
