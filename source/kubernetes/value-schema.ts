import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as z from 'zod';
import { isMapping } from '../text/mapping.ts';
import { parsedJson } from '../text/parsed-json.ts';
import { parsedYaml } from './parsed-yaml.ts';
import { keysOf, type ValueComplaint } from './schema-words.ts';

const schemaText = z.record(z.string(), z.unknown());

/**
 * What a chart's `values.schema.json` refuses of these values, as Helm does it. Undefined for a schema of a kind that is not known
 * here: Helm then judges it.
 */
export function judgedBySchema(text: string, values: unknown): ValueComplaint[] | undefined {
  const schema = parsedJson(schemaText, text);
  const validate = schema && compiled(schema);
  if (validate === undefined) return undefined;
  return validate(values) ? [] : (validate.errors ?? []).flatMap(complaintOf);
}

/** By the part of `$schema` that names a draft. Helm knows more of them. */
const validators = { 'draft-07': Ajv, '2019-09': Ajv2019, '2020-12': Ajv2020 };

function compiled(schema: Record<string, unknown>): ValidateFunction | undefined {
  const kind = String(schema['$schema'] ?? 'draft-07');
  const [, Validator] = Object.entries(validators).find(([draft]) => kind.includes(draft)) ?? [];
  if (Validator === undefined) return undefined;
  const validator = new Validator({ allErrors: true, strict: false, validateFormats: false });
  try {
    return validator.compile(schema);
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
  return over(parsedYaml(valuesYaml, '1.1') ?? {}, values);
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
