import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { isMissing } from '../errors/thrown.ts';
import { whyUnread } from '../host/unread.ts';
import { templateNames, templatesFolder } from '../site/templates.ts';
import { didYouMean } from '../text/nearest.ts';

/** Names of the products in `templates/products`. */
export const listProducts = (): string[] => templateNames('products');

/** The file of a product: by its name in `templates/products`, or by a path relative to `from`. Throws a `Fault` where there is none. */
export function productFile(nameOrPath: string, from: string): string {
  const isPath = isAbsolute(nameOrPath) || nameOrPath.includes('/') || /\.ya?ml$/.test(nameOrPath);
  const file = isPath ? resolve(from, nameOrPath) : join(templatesFolder(), 'products', `${nameOrPath}.yaml`);
  if (isThere(file)) return file;
  const known = listProducts();
  throw new Fault({
    what: isPath ? `The product file ${file} does not exist.` : `Unknown product "${nameOrPath}".`,
    next: [
      ...didYouMean(nameOrPath, known),
      `Products here: ${known.join(', ')}`,
      'Or give the path of a product file.',
    ],
  });
}

/** What cannot be read is there: reading it says why. */
function isThere(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

/** What is said of a product file that cannot be read. */
export const unreadProduct = (file: string, cause: unknown): Fault =>
  new Fault({
    what: `The product file ${file} cannot be read.`,
    where: file,
    why: whyUnread(cause),
    next: [`Correct product: in site.yaml. Products here: ${listProducts().join(', ')}`],
    cause,
  });
