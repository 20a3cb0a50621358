import type { DeclaredVolume } from '../site/schema.ts';

/** The file on the node that opens an encrypted volume. It never leaves the node, nor stands in a command. */
export const luksKey = (name: string): string => `/etc/kloudspot/luks/${name}.key`;

/** Name under which device mapper shows an encrypted volume that is open. */
export const luksName = (name: string): string => `kloudspot-${name}`;

/** What carries the file system of a declared volume that is on `path`: of an encrypted one the device that it is opened as. */
export const carrierOf = ({
  name,
  path,
  encrypt,
}: Pick<DeclaredVolume, 'name' | 'encrypt'> & { readonly path: string }): string =>
  encrypt === true ? `/dev/mapper/${luksName(name)}` : path;
