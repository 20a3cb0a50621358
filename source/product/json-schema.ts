import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemaText, siteJsonSchema } from '../site/json-schema.ts';
import { templatesFolder } from '../site/templates.ts';
import { productSchema } from './schema.ts';

/** The JSON Schemas of `templates/`, as they should stand there. */
export function schemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  const folder = templatesFolder();
  return [
    { path: join(folder, 'site.schema.json'), text: siteJsonSchema() },
    { path: join(folder, 'product.schema.json'), text: jsonSchemaText(productSchema, 'Product file of kloudspot') },
  ];
}

/** Writes them; `node --run schemas` calls it after a change of a schema. */
export function writeSchemaFiles(): void {
  for (const { path, text } of schemaFiles()) writeFileSync(path, text);
}
