import type * as z from 'zod';
import { InvalidFile } from '../site/reading/invalid-file.ts';
import { readYaml } from '../site/reading/reading.ts';
import { productRules } from './rules.ts';
import { productSchema } from './schema.ts';

/** What the text of a product file says. Throws `InvalidFile` with every problem when it is wrong. */
export function readProduct(text: string, file: string): z.output<typeof productSchema> {
  const read = readYaml(text, file, productSchema, productRules);
  if ('problems' in read) throw new InvalidFile(file, read.problems);
  return read.value;
}
