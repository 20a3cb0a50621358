import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writtenSchemas } from '../product/json-schema.ts';
import { templatesFolder } from '../site/templates.ts';
import { reportSchema } from './report.ts';

/** The JSON Schemas of `templates/`, as they should stand there. */
export function schemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [...writtenSchemas(), { path: join(templatesFolder(), 'status.schema.json'), text: statusSchema() }];
}

/** Of what `status --json` prints. Keys may be added: a reader must not refuse those that it does not know. */
function statusSchema(): string {
  const schema = z.toJSONSchema(reportSchema, {
    override({ jsonSchema }) {
      delete jsonSchema.additionalProperties;
    },
  });
  return `${JSON.stringify({ ...schema, title: 'Report that status prints with --json' }, undefined, 2)}\n`;
}

/** Writes them; `node --run schemas` calls it after a change of a schema. */
export function writeSchemaFiles(): void {
  for (const { path, text } of schemaFiles()) writeFileSync(path, text);
}
