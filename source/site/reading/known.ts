import * as z from 'zod';
import type { SitePath } from '../schema.ts';

type Schema = z.core.$ZodType;

/** What the schema says about one place: its description, and the keys it allows. */
function schemasAt(schema: Schema, path: SitePath): readonly Schema[] {
  return path.reduce<readonly Schema[]>(
    (places, key) => places.flatMap((place) => below(place, key)),
    unwrapped(schema),
  );
}

export function descriptionAt(schema: Schema, path: SitePath): string | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const holders = schemasAt(schema, path.slice(0, -1));
  const fields = holders.flatMap((holder) => (holder instanceof z.ZodObject ? [holder.shape[last]] : []));
  return fields.map((field) => field && z.globalRegistry.get(field)?.description).find((text) => text !== undefined);
}

export function keysAt(schema: Schema, path: SitePath): readonly string[] {
  const keys = schemasAt(schema, path).flatMap((place) =>
    place instanceof z.ZodObject ? Object.keys(place.shape) : [],
  );
  return [...new Set(keys)];
}

function below(schema: Schema, key: string | number): readonly Schema[] {
  if (schema instanceof z.ZodObject) {
    const field: Schema | undefined = schema.shape[key];
    return field === undefined ? [] : unwrapped(field);
  }
  if (schema instanceof z.ZodArray) return unwrapped(schema.element);
  if (schema instanceof z.ZodRecord) return unwrapped(schema.valueType);
  return [];
}

function unwrapped(schema: Schema): readonly Schema[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option: Schema) => unwrapped(option));
  return [schema];
}
