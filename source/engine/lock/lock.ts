import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeFolder } from '../../host/make-folder.ts';
import { lifeOf } from '../../host/process-identity.ts';
import { comeAfter, giveBack, type Holder, holderOf, inTurn } from '../../host/succession.ts';
import type { Files } from '../../site/files.ts';
import { hasEnded } from '../journal/journal.ts';
import { claimText, type HolderLife, type LockClaim, lockedFault, parseClaim, written } from './lock-claim.ts';
import { lockFiles } from './lock-files.ts';

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

/**
 * Takes the workstation's lock. Throws a `Fault` (exit code 5) that names the holder. From a process that is gone a run takes its own
 * lock back, and any run takes that of a run that has ended: its process was killed before it returned the lock.
 */
export async function lockWorkstation(files: Files, claim: LockClaim, options: LockOptions): Promise<HeldLock> {
  const { lock } = files;
  makeFolder(dirname(lock));
  await takeLock(lockFiles, lock, claim, { ...options, hasEnded: (run) => runHasEnded(files, run) });
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
      await returnLock(lockFiles, lock, claim);
    },
  };
}

/** How a holder is judged whose lock someone else wants. */
export interface Judging extends Pick<LockOptions, 'takeOver' | 'watchMs'> {
  /** Whether a process still runs. Default: looks at the processes of this machine. */
  readonly lifeOf?: (claim: LockClaim) => ReturnType<typeof lifeOf> | Promise<ReturnType<typeof lifeOf>>;
  /** Whether a run has come to its end. Default: none has. */
  readonly hasEnded?: (run: string) => Promise<boolean>;
}

/** What carries out acts with the files of a lock. */
export type LockFiles = typeof lockFiles;

/** Settles once the claim holds the lock. */
export async function takeLock(files: LockFiles, path: string, claim: LockClaim, options: Judging): Promise<void> {
  const own = written(claim);
  while ((await files({ act: 'place', path, text: own.text })).length === 0) {
    const holder = await inTurn(holderOf(path), files);
    if (holder === undefined) continue;
    await refuseUnlessFree(files, path, holder, claim, options);
    if (await inTurn(comeAfter(path, holder, own), files)) return;
  }
}

/** Gives a lock back that this claim holds, where it is still its own. */
export async function returnLock(files: LockFiles, path: string, claim: LockClaim): Promise<void> {
  const end = { ...claim, token: `${claim.token}.end` };
  await inTurn(giveBack(path, written(claim), written(end)), files);
}

async function refuseUnlessFree(
  files: LockFiles,
  path: string,
  holder: Holder,
  claim: LockClaim,
  options: Judging,
): Promise<void> {
  const held = parseClaim(holder.text);
  if (held === undefined) return;
  const life = await lifeHere(files, holder, held, options);
  if (life === 'alive') throw lockedFault(held, life, path);
  if (options.takeOver) return;
  const free = life === 'gone' && (held.run === claim.run || (await options.hasEnded?.(held.run)));
  if (!free) throw lockedFault(held, life, path);
}

/** Whether a run of this root has come to its end. */
export const runHasEnded = (files: Pick<Files, 'runs'>, run: string): Promise<boolean> =>
  hasEnded(join(files.runs, run));

/** ms that a holder on another machine is watched before its lock may be taken over: three heartbeats and some. */
const watchFor = 35_000;

/** A holder on this machine is looked at. One elsewhere is watched for a heartbeat, where its lock is wanted: no clock of its own counts. */
async function lifeHere(
  files: LockFiles,
  { text, path }: Holder,
  claim: LockClaim,
  { takeOver, watchMs = watchFor, lifeOf: look = lifeOf }: Judging,
): Promise<HolderLife> {
  const life = await look(claim);
  if (life !== 'unknown' || !takeOver) return life;
  for (const end = performance.now() + watchMs; performance.now() < end; await wait(watchMs / 70))
    if ((await files({ act: 'read', path }))[0] !== text) return 'alive';
  return 'silent';
}

async function giveSign(path: string, claim: LockClaim, { onLost }: LockOptions, stop: () => void): Promise<void> {
  const holder = await inTurn(holderOf(path), lockFiles);
  const text = claimText({ ...claim, heartbeat: new Date().toISOString() });
  // Someone has removed it: it is taken again, unless another one was quicker. The next sign shows who.
  if (holder === undefined) return void (await lockFiles({ act: 'place', path, text }));
  const held = parseClaim(holder.text);
  if (held === undefined || held.token === claim.token) return void (await lockFiles({ act: 'replace', path, text }));
  stop();
  onLost(`${held.owner} on ${held.host} (run ${held.run})`);
}
