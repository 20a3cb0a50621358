import { textOfFile } from '../host/read-text.ts';
import { topTexts } from '../site/top-level.ts';
import { safeLine } from '../text/safe-text.ts';
import { productFile } from './file.ts';
import { knownNames } from './known-names.ts';

/** The name of a product on the screen, by its name in `templates/products` or its file. Throws where there is none. */
export async function nameOfProduct(nameOrPath: string, from: string = process.cwd()): Promise<string> {
  const file = productFile(nameOrPath, from);
  const text = await textOfFile(file);
  // The same start of a YAML file means the same, whatever follows.
  const known = knownNames.find(({ start }) => text.startsWith(start));
  if (known) return known.name;
  const name = (await topTexts(text, ['name'])).get('name');
  if (name === undefined) throw new Error(`${file} names no product`);
  return safeLine(name);
}
