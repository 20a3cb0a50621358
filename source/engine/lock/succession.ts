import { claimText, type LockClaim, parseClaim } from './lock-claim.ts';
import type { LockFiles } from './lock-files.ts';

/*
 * How a lock passes from a holder that is gone to one of those that want it. A file is never taken away to make room: in the
 * moment without it a third one would find the lock free. Instead each taking has a token of its own, and only one can place the file
 * that says who comes after that token. Who has placed it holds the lock, from then on, and writes its claim over the old one.
 * The file stays until the lock is given back: a process that judged the old holder too late finds it taken.
 */

/** Who holds the lock of this path: the last of those who came after each other. */
export interface Holder {
  /** Undefined for a text that is not a claim: it is not from a process of ours, and does not count as a lock. */
  readonly claim: LockClaim | undefined;
  readonly text: string;
  /** Where that text stands. */
  readonly path: string;
}

/** Where it stands who comes after a holder. The script of the nodes uses the same name. */
export const successorPath = (path: string, claim: LockClaim | undefined): string =>
  `${path}${afterMark}${claim?.token ?? 'unreadable'}`;

const afterMark = '.after.';

/** Undefined where no one holds it. */
export async function holderOf(files: LockFiles, path: string): Promise<Holder | undefined> {
  const text = await files.read(path);
  let holder = text === undefined ? undefined : { claim: parseClaim(text), text, path };
  const seen = new Set([path]);
  while (holder !== undefined) {
    const next = successorPath(path, holder.claim);
    const later: string | undefined = seen.has(next) ? undefined : await files.read(next);
    if (later === undefined) break;
    seen.add(next);
    holder = { claim: parseClaim(later), text: later, path: next };
  }
  return holder;
}

/** Takes the lock from a holder that was judged gone; false where another one was quicker, or the holder is no longer that one. */
export async function comeAfter(files: LockFiles, path: string, holder: Holder, claim: LockClaim): Promise<boolean> {
  const own = successorPath(path, holder.claim);
  if (!(await files.place(own, claimText(claim)))) return false;
  // Who came after the same one earlier may have given the lock back meanwhile: then this file is out of line.
  if ((await holderOf(files, path))?.claim?.token !== claim.token) {
    await files.remove(own);
    return false;
  }
  await files.replace(path, claimText(claim));
  return true;
}

/** Gives the lock back, where no one has come after this claim. */
export async function giveBack(files: LockFiles, path: string, claim: LockClaim): Promise<void> {
  const own = successorPath(path, claim);
  // With it in place no one else comes after this claim, but after this file, should this process be killed here.
  const end = { ...claim, token: `${claim.token}.end` };
  // A full disk may have no room for it, and that does not keep the lock held.
  const placed = await files.place(own, claimText(end)).catch(() => undefined);
  if (placed === false) return;
  // Listed before the lock is free: what later holders place stays.
  const old = await files.beginningWith(`${path}${afterMark}`);
  const text = await files.read(path);
  if (text === undefined || parseClaim(text)?.token !== claim.token) return files.remove(own);
  await files.remove(path);
  for (const one of old) await files.remove(one);
}
