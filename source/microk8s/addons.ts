import { known } from './data/addons.ts';
import { inFolders } from './node.ts';
import { valueFor } from './tracks.ts';

/** Addons of the community's repository. */
export const communityAddons: readonly string[] = known.community;

/** An addon as one track has it. */
export interface AddonData {
  readonly name: string;
  readonly about: string;
  /** As `status` prints it; a blank where it has none. */
  readonly version: string;
  /** What `status` looks for: part of `kind/name` of an object, a path, `always`. */
  readonly proof: string;
  /** What its own script prints while it is disabled. */
  readonly disable: readonly string[];
}

/** The addons of the core repository in a track such as `1.34`, sorted by name. */
export function addonsOf(track: string): readonly AddonData[] {
  const of = (values: Readonly<Record<string, string>>) => valueFor(values, track) ?? '';
  return known.core.map(({ name, about, version, proof, disable }) => ({
    name,
    about: of(about),
    version: of(version),
    proof: inFolders(of(proof)),
    disable: of(disable ?? { '0': `Disabling ${name}\n${name} is disabled` }).split('\n'),
  }));
}
