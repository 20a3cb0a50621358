import type { Product } from './schema.ts';

/** The text of a product file, and what it says. */
export interface KnownProduct {
  readonly text: string;
  readonly product: Omit<Product, 'file'>;
}

/** Of the products that the program was built with: while their files are as they were, neither YAML nor schema is needed. Empty when run from source. */
export const knownProducts: readonly KnownProduct[] = [];
