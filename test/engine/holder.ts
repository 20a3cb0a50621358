import { type LockClaim, parseClaim } from '../../source/engine/lock/lock-claim.ts';
import { textIfPresent } from '../../source/host/read-text.ts';
import type { Files } from '../../source/site/files.ts';

/** Who holds the workstation's lock, by its file. */
export async function workstationHolder({ lock }: Files): Promise<LockClaim | undefined> {
  const text = await textIfPresent(lock);
  return text === undefined ? undefined : parseClaim(text);
}
