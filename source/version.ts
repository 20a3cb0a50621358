/** Set when the program is built; running from source is no release. */
export const version: string = process.env.KLOUDSPOT_VERSION ?? '0.0.0-source';
