/** Set when the program is built; undefined when run from source. */
export const version: string = process.env.KLOUDSPOT_VERSION ?? '0.0.0-source';

/** The commit that the program was built from, and its date. Empty when run from source, or built outside a clone. */
export const built: string = process.env.KLOUDSPOT_BUILT ?? '';
