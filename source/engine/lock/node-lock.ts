import { setTimeout as wait } from 'node:timers/promises';
import type { Host, HostPool, HostTarget } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import { nodeState } from '../../host/node-state.ts';
import type { Files } from '../../site/files.ts';
import type { HeldLock, LockOptions } from './lock.ts';
import { claimText, type LockClaim, lifeOfHolder, lockedFault, parseClaim } from './lock-claim.ts';

/** The same on every node, so that a second seat finds it whatever its own root is. */
export const nodeLockPath = `${nodeState}/lock`;

export interface NodeLockInput extends LockOptions {
  readonly files: Files;
  readonly targets: readonly HostTarget[];
  readonly hosts: HostPool;
  readonly claim: LockClaim;
  /** Real ms between signs of life; 0 for none. Default 30 000. */
  readonly every?: number;
}

/**
 * Puts the claim on every node that answers, so that a run from another seat is refused there (exit code 5).
 * A node has no way to say "only if nobody else": the claim is written, and read again a moment later; of two that write at once,
 * the first then finds the other's and gives way, at the latest at its next sign of life.
 */
export async function lockNodes(input: NodeLockInput): Promise<HeldLock> {
  const { files, targets, claim } = input;
  // Where the seat's own lock is that very file, it is held already.
  const remote = targets.filter((target) => !(target.local && files.lock === nodeLockPath));
  try {
    await onAll(input, remote, (host) => take(host, input));
    await wait(remote.length > 0 ? 100 : 0);
    await onAll(input, remote, (host) => confirm(host, claim));
  } catch (error) {
    await releaseNodes(input, remote);
    throw error;
  }
  const stop = beat(input, remote);
  return {
    release: async () => {
      await stop();
      await releaseNodes(input, remote);
    },
  };
}

/** On all nodes side by side; throws the first fault once all have ended. */
async function onAll(
  input: NodeLockInput,
  targets: readonly HostTarget[],
  work: (host: Host) => Promise<void>,
): Promise<void> {
  const ends = await Promise.allSettled(targets.map((target) => onNode(input, target, work)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A node that is not reached is left out; its steps say so when they need it. */
async function onNode(
  { hosts }: NodeLockInput,
  target: HostTarget,
  work: (host: Host) => Promise<void>,
): Promise<void> {
  try {
    await work(await hosts.get(target));
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
  }
}

async function take(host: Host, { claim, takeOver }: NodeLockInput): Promise<void> {
  const holder = await holderOn(host);
  if (foreign(holder, claim)) {
    const life = await lifeOfHolder(holder, claim.seat, Date.now());
    if (life === 'alive' || !takeOver) throw lockedFault(holder, life, host.name, Date.now());
  }
  await host.writeFile({ path: nodeLockPath, content: claimText(claim), mode: 0o644 });
}

async function confirm(host: Host, claim: LockClaim): Promise<void> {
  const holder = await holderOn(host);
  if (holder?.token === claim.token) return;
  if (foreign(holder, claim)) throw lockedFault(holder, 'alive', host.name, Date.now());
  await host.writeFile({ path: nodeLockPath, content: claimText(claim), mode: 0o644 });
}

/**
 * Somebody else's. A node that was away while the lock was taken comes back with the claim of this very run's earlier process:
 * that one is ours, as the seat's own lock lets only one process of a run live.
 */
function foreign(holder: LockClaim | undefined, claim: LockClaim): holder is LockClaim {
  return holder !== undefined && holder.run !== claim.run;
}

async function holderOn(host: Host): Promise<LockClaim | undefined> {
  const text = await host.readFile(nodeLockPath);
  return text === undefined ? undefined : parseClaim(text);
}

/** Signs of life on all nodes; one that comes back from a restart gets its lock again. Gives what ends them. */
function beat(input: NodeLockInput, targets: readonly HostTarget[]): () => Promise<void> {
  const { every = 30_000 } = input;
  if (every === 0) return async () => undefined;
  let signs = Promise.resolve();
  const timer = setInterval(() => {
    signs = onAll(input, targets, (host) => giveSign(host, input, () => clearInterval(timer))).catch(() => undefined);
  }, every);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await signs;
  };
}

async function giveSign(host: Host, { claim, onLost }: NodeLockInput, stop: () => void): Promise<void> {
  const holder = await holderOn(host);
  if (foreign(holder, claim)) {
    stop();
    return onLost(`${holder.owner} on ${holder.host} (run ${holder.run}), as ${host.name} says`);
  }
  const content = claimText({ ...claim, heartbeat: new Date().toISOString() });
  await host.writeFile({ path: nodeLockPath, content, mode: 0o644 });
}

async function releaseNodes(input: NodeLockInput, targets: readonly HostTarget[]): Promise<void> {
  const release = async (host: Host) => {
    const holder = await holderOn(host);
    if (holder?.token === input.claim.token) await host.run(['rm', '-f', nodeLockPath], { sudo: true });
  };
  await onAll(input, targets, release).catch(() => undefined);
}
