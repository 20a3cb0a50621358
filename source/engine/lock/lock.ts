import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../errors/thrown.ts';
import { namePath } from '../../host/file-fault.ts';
import { textIfPresent } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import type { Files } from '../../site/files.ts';
import { lifeOf } from '../process/process-identity.ts';
import { claimText, type HolderLife, type LockClaim, lockedFault, parseClaim } from './lock-claim.ts';

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
export async function lockWorkstation(files: Files, claim: LockClaim, options: LockOptions): Promise<HeldLock> {
  await mkdir(dirname(files.lock), { recursive: true });
  while (!(await place(files.lock, claim))) {
    const text = await textIfPresent(files.lock);
    if (text !== undefined) await makeWay(files.lock, text, claim, options);
  }
  let sign = Promise.resolve();
  const beat = setInterval(() => {
    sign = giveSign(files.lock, claim, options, () => clearInterval(beat));
  }, heartbeatEvery);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      // A sign that is on its way would write the lock again.
      await sign;
      if (await isOurs(files.lock, claim)) await rm(files.lock, { force: true });
    },
  };
}

/** A link to a file that is whole appears at once or not at all, and never over another one. */
async function place(path: string, claim: LockClaim): Promise<boolean> {
  const draft = `${path}.${claim.token}`;
  try {
    await writeFile(draft, claimText(claim), { mode: 0o644, flush: true });
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw namePath(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves a lock aside that may be taken, so that the next try can succeed. */
async function makeWay(path: string, text: string, claim: LockClaim, options: LockOptions): Promise<void> {
  const holder = parseClaim(text);
  // A text that is not a claim is not from a process of ours, and does not count as a lock.
  if (holder !== undefined) {
    const life = await lifeHere(path, text, holder, options);
    const own = holder.run === claim.run && life === 'gone';
    if (life === 'alive' || !(own || options.takeOver)) throw lockedFault(holder, life, path);
  }
  const aside = `${path}.${claim.token}.old`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  // Between the look and the move someone else may have taken it: then it goes back.
  if ((await textIfPresent(aside)) !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** ms that a holder on another machine is watched before its lock may be taken over: three heartbeats and some. */
const watchFor = 35_000;

/** A holder on this machine is looked at. One elsewhere is watched for a heartbeat, where its lock is wanted: no clock of its own counts. */
async function lifeHere(
  path: string,
  text: string,
  holder: LockClaim,
  { takeOver, watchMs = watchFor }: LockOptions,
): Promise<HolderLife> {
  const life = await lifeOf(holder);
  if (life !== 'unknown' || !takeOver) return life;
  for (const end = performance.now() + watchMs; performance.now() < end; await wait(watchMs / 70))
    if ((await textIfPresent(path)) !== text) return 'alive';
  return 'silent';
}

async function giveSign(path: string, claim: LockClaim, { onLost }: LockOptions, stop: () => void): Promise<void> {
  const text = await textIfPresent(path).catch(() => undefined);
  const holder = text === undefined ? undefined : parseClaim(text);
  if (holder !== undefined && holder.token !== claim.token) {
    stop();
    return onLost(`${holder.owner} on ${holder.host} (run ${holder.run})`);
  }
  await writeAtomic(path, claimText({ ...claim, heartbeat: new Date().toISOString() }), 0o644).catch(() => undefined);
}

async function isOurs(path: string, claim: LockClaim): Promise<boolean> {
  const text = await textIfPresent(path);
  return text !== undefined && parseClaim(text)?.token === claim.token;
}
