import { known } from './data/images.ts';
import { trackOf } from './tracks.ts';

/** The images that a cluster of this channel needs without a product. Undefined: the track needs the internet, or is not known. */
export function clusterImages(channel: string, { metallb }: { readonly metallb: boolean }): string[] | undefined {
  const found = known[trackOf(channel)];
  if (found === undefined) return undefined;
  return [...found.cluster, ...found.dns, ...found.ingress, ...(metallb ? found.metallb : [])];
}

/** Tracks that can be installed from a bundle. */
export const tracksWithImages: readonly string[] = Object.keys(known);
