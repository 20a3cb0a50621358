/** The product of a site that names none. */
export const defaultProduct = 'kloudspot';
