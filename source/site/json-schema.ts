import * as z from 'zod';
import { siteSchema } from './schema.ts';

/** What editors read to complete and judge a `site.yaml` while it is typed. */
export function siteJsonSchema(): string {
  return jsonSchemaText(siteSchema, 'site.yaml of kloudspot');
}

/** JSON Schema 2020-12 of what may be written (not of what is read from it: keys with a default may be left out). */
export function jsonSchemaText(schema: z.ZodType, title: string): string {
  const document = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} };
    },
  });
  return `${JSON.stringify({ ...document, title }, undefined, 2)}\n`;
}
