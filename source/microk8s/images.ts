import { known } from './data/images.ts';
import { trackOf } from './tracks.ts';

interface Wish {
  readonly metallb: boolean;
}

/** The images that a cluster of this channel needs without a product. Undefined: the track needs the internet, or is not known. */
export function clusterImages(channel: string, wish: Wish): string[] | undefined {
  const found = known[trackOf(channel)];
  return found && [...found.cluster, ...addonImages(channel, wish)];
}

/** Those of the addons that a run enables; none where they are not known. */
export function addonImages(channel: string, { metallb }: Wish): string[] {
  const found = known[trackOf(channel)];
  return found === undefined ? [] : [...found.dns, ...found.ingress, ...(metallb ? found.metallb : [])];
}

/** Tracks that can be installed from a bundle. */
export const tracksWithImages: readonly string[] = Object.keys(known);
