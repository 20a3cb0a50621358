import * as z from 'zod';
import { siteSchema } from '../site/schema.ts';

/** Where a Helm value comes from, read from `from` of a row. */
export type ValueSource =
  | { readonly kind: 'feature'; readonly feature: string }
  | { readonly kind: 'volume'; readonly volume: string; readonly what: VolumeValue }
  | { readonly kind: 'setting'; readonly setting: string }
  | { readonly kind: 'computed'; readonly what: ComputedValue }
  | { readonly kind: 'site'; readonly path: readonly string[] };

const volumeValues = ['enabled', 'size', 'class', 'storageClass', 'access'] as const;
export type VolumeValue = (typeof volumeValues)[number];
const computedValues = [
  'tls.secret',
  'registry.secret',
  'topology.managers',
  'topology.workers',
  'topology.nodes',
  'topology.replicas',
] as const;
export type ComputedValue = (typeof computedValues)[number];

/** Undefined when it names nothing that exists. Whether a feature or volume of that id exists is judged elsewhere. */
export function valueSource(from: string): ValueSource | undefined {
  const feature = /^feature:(.+)$/.exec(from)?.[1];
  if (feature !== undefined) return { kind: 'feature', feature };
  const volume = /^volume:([^.]+)\.(\w+)$/.exec(from);
  if (volume !== null) {
    const what = volumeValues.find((known) => known === volume[2]);
    return what === undefined ? undefined : { kind: 'volume', volume: volume[1] ?? '', what };
  }
  const setting = /^setting:(.+)$/.exec(from)?.[1];
  if (setting !== undefined) return { kind: 'setting', setting };
  const computed = computedValues.find((known) => known === from);
  if (computed !== undefined) return { kind: 'computed', what: computed };
  const path = from.split('.');
  return isPlaceOfSite(path) ? { kind: 'site', path } : undefined;
}

/** A single value of the site outside its lists; in a record of one, any name. */
function isPlaceOfSite(path: readonly string[]): boolean {
  let schema: z.core.$ZodType = siteSchema;
  for (const key of path) {
    schema = bare(schema);
    if (schema instanceof z.ZodRecord) {
      schema = schema.valueType;
      continue;
    }
    if (!(schema instanceof z.ZodObject)) return false;
    const field: z.core.$ZodType | undefined = schema.shape[key];
    if (field === undefined) return false;
    schema = field;
  }
  const last = bare(schema);
  return !(last instanceof z.ZodObject || last instanceof z.ZodArray || last instanceof z.ZodRecord);
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? bare(schema.unwrap()) : schema;
}
