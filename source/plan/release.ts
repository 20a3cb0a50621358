import { helm, parseReleaseStatus, type ReleasePlace, type ReleaseStatus } from '../cluster/helm.ts';
import { look } from './carry-out.ts';
import type { StepContext } from './step.ts';

/** The release as Helm on `node` knows it; undefined where there is none. */
export async function releaseOn(
  context: StepContext,
  node: string,
  place: ReleasePlace,
): Promise<ReleaseStatus | undefined> {
  return parseReleaseStatus((await look(context, node, helm.status(place))).stdout);
}

/** Kept with a revision: what it was made of. A revision with another word was made of something else. */
export function madeOf(digest: string): string {
  return `kloudspot ${digest}`;
}
