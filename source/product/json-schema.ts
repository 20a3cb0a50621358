import { join } from 'node:path';
import { jsonSchemaText, siteJsonSchema } from '../site/json-schema.ts';
import { templatesFolder } from '../site/templates.ts';
import { productSchema } from './schema.ts';

/** JSON Schemas of the files that people write, as they should be in `templates/`. */
export function writtenSchemas(): readonly { readonly path: string; readonly text: string }[] {
  const folder = templatesFolder();
  return [
    { path: join(folder, 'site.schema.json'), text: siteJsonSchema() },
    { path: join(folder, 'product.schema.json'), text: jsonSchemaText(productSchema, 'Product file of kloudspot') },
  ];
}
