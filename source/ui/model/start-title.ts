/** The first line of `init`. */
export const startTitle = (productName: string | undefined): string =>
  `${productName === undefined ? 'From' : `${productName}: from`} bare Ubuntu machines to a running cluster`;
