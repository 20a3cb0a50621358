import { dirname, resolve } from 'node:path';
import { textOfFile } from '../host/read-text.ts';
import type { Site } from '../site/schema.ts';
import { templatesFolder } from '../site/templates.ts';
import { productFile, unreadProduct } from './file.ts';
import type { Product } from './schema.ts';

export { templatesFolder };

/**
 * Loads a product by its name in `templates/products` or by the path of its file, relative to `from`.
 * Throws `Fault` when there is none, and `InvalidFile` with every problem when it is wrong.
 */
export async function loadProduct(nameOrPath: string, from: string = process.cwd()): Promise<Product> {
  const file = productFile(nameOrPath, from);
  const text = await textOfFile(file).catch((cause: unknown) => {
    throw unreadProduct(file, cause);
  });
  const { knownProducts } = await import('./known-products.ts');
  const known = knownProducts.find((each) => each.text === text)?.product;
  return { ...(known ?? (await import('./read.ts')).readProduct(text, file)), file };
}

/** The product as this site wants it: in the namespace that the site names. */
export function productFor({ namespace }: Pick<Site, 'namespace'>, product: Product): Product {
  return namespace === undefined ? product : { ...product, namespace };
}

/** A chart as Helm takes it: a folder (`.` or `/` first) made absolute from the product file's place, anything else as it is. */
export function chartReference(product: Product, reference: string): string {
  return reference.startsWith('.') ? resolve(dirname(product.file), reference) : reference;
}
