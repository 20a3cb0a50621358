import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unpackTemplates } from './unpacked-templates.ts';

let found: string | undefined;

/**
 * The folder `templates/` of this installation, whether the program runs from `dist/`, from `source/`, or as a single
 * executable, which unpacks them. Throws a `Fault` where that fails.
 */
export function templatesFolder(): string {
  found ??= isSea() ? unpackTemplates() : climb(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function climb(from: string): string {
  const candidate = join(from, 'templates');
  if (existsSync(join(candidate, 'products'))) return candidate;
  const parent = dirname(from);
  if (parent === from) throw new Error('templates/products is missing beside the program');
  return climb(parent);
}

/** Names of the files in a folder of `templates/`: products, or scenarios of rehearsals. */
export function templateNames(folder: 'products' | 'rehearsal'): string[] {
  return readdirSync(join(templatesFolder(), folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/** The line that names the schema for editors: a file follows. https://github.com/redhat-developer/yaml-language-server#using-inlined-schema */
export function schemaLine(schemaFile: 'site.schema.json' | 'product.schema.json'): string {
  const path = join(templatesFolder(), schemaFile);
  return `# yaml-language-server: $schema=${/\s/.test(path) ? pathToFileURL(path).href : path}`;
}
