/** Set when the program is built; undefined when run from source. */
export const version: string = process.env.KLOUDSPOT_VERSION ?? '0.0.0-source';
