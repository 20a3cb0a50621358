import * as z from 'zod';
import { nodeSchema, siteSchema } from './schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What a site on a cluster that is there already leaves out. */
const ownCluster = ['nodes', 'network'];

/** What editors read to complete and judge a `site.yaml` while it is typed. */
export function siteJsonSchema(): string {
  return jsonSchemaText(siteSchema, 'site.yaml of kloudspot', (schema, json) => {
    if (schema === nodeSchema) delete json.properties?.['kubeconfig'];
    if (schema !== siteSchema) return;
    json.required = (json.required ?? []).filter((key) => !ownCluster.includes(key));
    json.if = { properties: { cluster: { type: 'object', required: ['kubeconfig'] } }, required: ['cluster'] };
    json.else = { required: ownCluster };
  });
}

/** JSON Schema 2020-12 of what may be written (not of what is read from it: keys with a default may be left out). */
export function jsonSchemaText(
  schema: z.ZodType,
  title: string,
  amend: (schema: unknown, json: JsonSchema) => void = () => undefined,
): string {
  const document = z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} };
      amend(zodSchema, jsonSchema);
    },
  });
  return `${JSON.stringify({ ...document, title }, undefined, 2)}\n`;
}
