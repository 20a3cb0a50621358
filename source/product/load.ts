import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { InvalidFile } from '../site/reading/invalid-file.ts';
import { readYaml } from '../site/reading/reading.ts';
import { templatesFolder } from '../site/templates.ts';
import { didYouMean } from '../text/nearest.ts';
import { productRules } from './rules.ts';
import { type Product, productSchema } from './schema.ts';

export { templatesFolder };

/**
 * Loads a product by its name in `templates/products` or by the path of its file, relative to `from`.
 * Throws `Fault` when there is none, and `InvalidFile` with every problem when it is wrong.
 */
export async function loadProduct(nameOrPath: string, from: string = process.cwd()): Promise<Product> {
  const file = await productFile(nameOrPath, from);
  const read = readYaml(await readFile(file, 'utf8'), file, productSchema, productRules);
  if ('problems' in read) throw new InvalidFile(file, read.problems);
  return { ...read.value, file };
}

/** Names of the products in `templates/products`. */
export async function listProducts(): Promise<string[]> {
  const files = await readdir(join(templatesFolder(), 'products'));
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/** A chart as Helm takes it: a folder (`.` or `/` first) made absolute from the product file's place, anything else as it is. */
export function chartReference(product: Product, reference: string): string {
  return reference.startsWith('.') ? resolve(dirname(product.file), reference) : reference;
}

async function productFile(nameOrPath: string, from: string): Promise<string> {
  const isPath = isAbsolute(nameOrPath) || nameOrPath.includes('/') || /\.ya?ml$/.test(nameOrPath);
  const file = isPath ? resolve(from, nameOrPath) : join(templatesFolder(), 'products', `${nameOrPath}.yaml`);
  if (existsSync(file)) return file;
  const known = await listProducts();
  throw new Fault({
    what: isPath ? `There is no product file ${file}.` : `There is no product "${nameOrPath}".`,
    next: [
      ...didYouMean(nameOrPath, known),
      `Products here: ${known.join(', ')}`,
      'Or give the path of a product file.',
    ],
  });
}
