/** How a product file begins, up to its name, and that name. */
export interface KnownName {
  readonly start: string;
  readonly name: string;
}

/** Of the products that the program was built with: their names are known without a YAML parser. Empty when run from source. */
export const knownNames: readonly KnownName[] = [];
