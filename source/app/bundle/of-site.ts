import { stat } from 'node:fs/promises';
import type { Bundle } from '../../bundle/manifest.ts';
import type { LiveEvidence } from '../../check/evidence.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import { atHome } from '../../host/home-path.ts';
import type { Site } from '../../site/schema.ts';
import { damagedParts, openBundle } from '../../workstation/bundle/open.ts';

/** The bundle that a site names, without a look at its parts; undefined where it names none. Throws a `Fault` where it cannot be read. */
export async function bundleOf({ bundle }: Pick<Site, 'bundle'>): Promise<Bundle | undefined> {
  return bundle === undefined ? undefined : openBundle(atHome(bundle));
}

/** Files whose parts this process has compared with their digests, by path, size and time of change. */
const verified = new Map<string, readonly string[]>();

/** For the checks: what the bundle holds, after each of its bytes was read; once for a file that does not change. */
export async function bundleEvidence(site: Pick<Site, 'bundle'>): Promise<LiveEvidence['bundle']> {
  return unlessFault(
    async () => {
      const bundle = await bundleOf(site);
      if (bundle === undefined) return undefined;
      const { size, mtimeMs } = await stat(bundle.file);
      const key = `${bundle.file} ${size} ${mtimeMs}`;
      const damaged = verified.get(key) ?? (await damagedParts(bundle));
      verified.set(key, damaged);
      return { manifest: bundle.manifest, damaged };
    },
    ({ message, why }) => ({ problem: [message, why].filter(Boolean).join(' ') }),
  );
}
