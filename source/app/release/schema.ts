import type { ErrorObject, ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import * as z from 'zod';
import { keysOf, type ValueComplaint } from '../../kubernetes/schema-words.ts';
import { parsedJson } from '../../text/parsed-json.ts';
import { safeValues } from '../../text/safe-text.ts';

const schemaText = z.record(z.string(), z.unknown());

/**
 * What a chart's `values.schema.json` refuses of these values, as Helm does it. Undefined for a schema of a kind that is not known
 * here: Helm then judges it.
 */
export async function judgedBySchema(text: string, values: unknown): Promise<ValueComplaint[] | undefined> {
  const schema = parsedJson(schemaText, text);
  const validate = schema && (await compiled(schema));
  if (validate === undefined) return undefined;
  return validate(values) ? [] : (validate.errors ?? []).flatMap(complaintOf);
}

async function compiled(schema: Record<string, unknown>): Promise<ValidateFunction | undefined> {
  const kind = String(schema['$schema'] ?? 'http://json-schema.org/draft-07/schema#');
  const options = { allErrors: true, strict: false, validateFormats: false } as const;
  try {
    if (kind.includes('draft-07')) return new (await import('ajv')).Ajv(options).compile(schema);
    if (kind.includes('2020-12')) return new (await import('ajv/dist/2020.js')).Ajv2020(options).compile(schema);
    if (kind.includes('2019-09')) return new (await import('ajv/dist/2019.js')).Ajv2019(options).compile(schema);
    return undefined;
  } catch {
    // A schema that is wrong, or refers to another place.
    return undefined;
  }
}

/** `if` only says that a part of it fails, which is told besides. */
function complaintOf({ keyword, instancePath, message = keyword, params }: ErrorObject): ValueComplaint[] {
  if (keyword === 'if') return [];
  const path = keysOf(instancePath);
  const unknown = params['additionalProperty'];
  const allowed = params['allowedValues'];
  const words = Array.isArray(allowed) ? `${message}: ${allowed.join(', ')}` : message;
  return [{ path: typeof unknown === 'string' ? [...path, unknown] : path, words }];
}

/** The values as Helm hands them to the schema: those of the chart's own `values.yaml`, with these over them; null takes one away. */
export function withDefaults(valuesYaml: string, values: unknown): unknown {
  return over(safeValues(parse(valuesYaml, { version: '1.1', logLevel: 'error' }) ?? {}), values);
}

function over(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      if (!(key in above)) return [[key, below[key]]];
      return above[key] === null ? [] : [[key, over(below[key], above[key])]];
    }),
  );
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
