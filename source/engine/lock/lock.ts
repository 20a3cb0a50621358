import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Files } from '../../site/files.ts';
import { lifeOf } from '../process/process-identity.ts';
import { claimText, type HolderLife, type LockClaim, lockedFault } from './lock-claim.ts';
import { type LockFiles, lockFiles } from './lock-files.ts';
import { comeAfter, giveBack, type Holder, holderOf } from './succession.ts';

export interface HeldLock {
  /** Gives it back, where it is still ours. */
  release(): Promise<void>;
}

export interface LockOptions {
  /** Take it from a holder that is gone or silent. Never from one that lives. */
  readonly takeOver: boolean;
  /** Called once when someone else holds it all of a sudden. */
  readonly onLost: (holder: string) => void;
  /** ms that a holder on another machine is watched. Default 35 000. */
  readonly watchMs?: number;
}

/** ms between signs of life. */
const heartbeatEvery = 10_000;

/** Takes the workstation's lock. Throws a `Fault` (exit code 5) that names the holder. A run takes its own lock back from a process that is gone. */
export async function lockWorkstation({ lock }: Files, claim: LockClaim, options: LockOptions): Promise<HeldLock> {
  await mkdir(dirname(lock), { recursive: true });
  await takeLock(lockFiles, lock, claim, options);
  let sign = Promise.resolve();
  const beat = setInterval(() => {
    sign = giveSign(lock, claim, options, () => clearInterval(beat)).catch(() => undefined);
  }, heartbeatEvery);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      // A sign that is on its way would write the lock again.
      await sign;
      await giveBack(lockFiles, lock, claim);
    },
  };
}

/** How a holder is judged whose lock someone else wants. */
export interface Judging extends Pick<LockOptions, 'takeOver' | 'watchMs'> {
  /** Whether a process still runs. Default: looks at the processes of this machine. */
  readonly lifeOf?: (claim: LockClaim) => ReturnType<typeof lifeOf>;
}

/** Settles once the claim holds the lock. */
export async function takeLock(files: LockFiles, path: string, claim: LockClaim, options: Judging): Promise<void> {
  while (!(await files.place(path, claimText(claim)))) {
    const holder = await holderOf(files, path);
    if (holder === undefined) continue;
    await refuseUnlessFree(files, path, holder, claim, options);
    if (await comeAfter(files, path, holder, claim)) return;
  }
}

async function refuseUnlessFree(
  files: LockFiles,
  path: string,
  { claim: held, ...where }: Holder,
  claim: LockClaim,
  options: Judging,
): Promise<void> {
  if (held === undefined) return;
  const life = await lifeHere(files, { claim: held, ...where }, options);
  const own = held.run === claim.run && life === 'gone';
  if (life === 'alive' || !(own || options.takeOver)) throw lockedFault(held, life, path);
}

/** ms that a holder on another machine is watched before its lock may be taken over: three heartbeats and some. */
const watchFor = 35_000;

/** A holder on this machine is looked at. One elsewhere is watched for a heartbeat, where its lock is wanted: no clock of its own counts. */
async function lifeHere(
  files: LockFiles,
  { claim, text, path }: Holder & { readonly claim: LockClaim },
  { takeOver, watchMs = watchFor, lifeOf: look = lifeOf }: Judging,
): Promise<HolderLife> {
  const life = await look(claim);
  if (life !== 'unknown' || !takeOver) return life;
  for (const end = performance.now() + watchMs; performance.now() < end; await wait(watchMs / 70))
    if ((await files.read(path)) !== text) return 'alive';
  return 'silent';
}

async function giveSign(path: string, claim: LockClaim, { onLost }: LockOptions, stop: () => void): Promise<void> {
  const holder = await holderOf(lockFiles, path);
  const text = claimText({ ...claim, heartbeat: new Date().toISOString() });
  // Someone has removed it: it is taken again, unless another one was quicker. The next sign shows who.
  if (holder === undefined) return void (await lockFiles.place(path, text));
  if (holder.claim === undefined || holder.claim.token === claim.token) return lockFiles.replace(path, text);
  stop();
  onLost(`${holder.claim.owner} on ${holder.claim.host} (run ${holder.claim.run})`);
}
