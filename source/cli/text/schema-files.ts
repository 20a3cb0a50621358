import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { eventSchema } from '../../engine/journal/event-schema.ts';
import { planSchema } from '../../plan/document/document-schema.ts';
import { writtenSchemas } from '../../product/json-schema.ts';
import { templatesFolder } from '../../site/templates.ts';
import { reportSchema } from '../../status/report.ts';
import { preflightSchema } from './preflight-schema.ts';

/** The JSON Schemas of `templates/`, as they should be there: of the files that people write, and of what is printed with `--json`. */
export function schemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [
    ...writtenSchemas(),
    printed('status', reportSchema, 'Report that status prints with --json'),
    printed('preflight', preflightSchema, 'Findings that preflight prints with --json'),
    printed('plan', planSchema, 'Plan that plan prints with --json and stores with --save'),
    printed(
      'event',
      eventSchema,
      'One line of a journal, and of what init, apply, resume and attach print with --json',
    ),
  ];
}

/** Keys may be added: a reader must not refuse those that it does not know. */
function printed(name: string, schema: z.ZodType, title: string): { readonly path: string; readonly text: string } {
  const document = z.toJSONSchema(schema, {
    override({ jsonSchema }) {
      if (
        typeof jsonSchema.additionalProperties !== 'object' ||
        Object.keys(jsonSchema.additionalProperties).length === 0
      )
        delete jsonSchema.additionalProperties;
    },
  });
  const text = `${JSON.stringify({ ...document, title }, undefined, 2)}\n`;
  return { path: join(templatesFolder(), `${name}.schema.json`), text };
}

/** Writes them; `npm run schemas` calls it after a change of a schema. */
export function writeSchemaFiles(): void {
  for (const { path, text } of schemaFiles()) writeFileSync(path, text);
}
