import { Fault } from '../../errors/fault.ts';
import type { Host, HostPool, HostTarget } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import { nodeState } from '../../host/node-state.ts';
import type { Files } from '../../site/files.ts';
import { type HeldLock, type LockOptions, runHasEnded } from './lock.ts';
import { claimText, type LockClaim, lifeOfHolder, lockedFault } from './lock-claim.ts';
import { type LockVerb, nodeLockScript, parseHolder } from './node-lock-script.ts';

/** The same on every node, so that a run from another machine finds it whatever its own root is. */
export const nodeLockPath = `${nodeState}/lock`;

export interface NodeLockInput extends LockOptions {
  readonly files: Files;
  readonly targets: readonly HostTarget[];
  readonly hosts: HostPool;
  readonly claim: LockClaim;
  /** Real ms between heartbeats; 0 for none. Default 30 000. */
  readonly every?: number;
}

/**
 * Puts the claim on every node that answers, so that a run from another machine is refused there (exit code 5).
 * Each node decides by itself, in one critical section: of two that come at once, one gets it.
 */
export async function lockNodes(input: NodeLockInput): Promise<HeldLock> {
  const { files, targets } = input;
  // Where the workstation's own lock is that very file, it is held already.
  const remote = targets.filter((target) => !(target.local && files.lock === nodeLockPath));
  try {
    await onAll(input, remote, (host) => take(host, input));
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

async function take(host: Host, input: NodeLockInput): Promise<void> {
  const { claim, takeOver, files } = input;
  const holder = await run(host, 'take', input);
  if (holder === undefined) return;
  const life = await lifeOfHolder(holder.claim, claim.workstation, holder.silentMs);
  const free = takeOver || (life === 'gone' && (await runHasEnded(files, holder.claim.run)));
  if (life === 'alive' || !free) throw lockedFault(holder.claim, life, host.name, holder.silentMs);
  // Only that very claim is replaced: someone else may have taken it over meanwhile.
  const other = await run(host, 'take', input, holder.claim.token);
  if (other !== undefined) throw lockedFault(other.claim, 'alive', host.name, other.silentMs);
}

/** Another holder of the lock; undefined where it is ours now. A lock belongs to a run: a later process of it continues it. */
async function run(host: Host, verb: LockVerb, { claim }: NodeLockInput, replaced?: string) {
  const script = nodeLockScript(verb, nodeLockPath, claim.run, replaced);
  const { code, stdout, stderr } = await host.run(script, { sudo: true, stdin: claimText(claim) });
  if (code === 0) return parseHolder(stdout);
  throw new Fault({
    what: `The lock on ${host.name} cannot be written.`,
    where: nodeLockPath,
    why: stderr.trim() || `exit code ${code}`,
    next: [`Check the disk of ${host.name}: df -h /var/lib`],
  });
}

/** Heartbeats on all nodes; one that comes back from a restart gets its lock again. Gives what ends them. */
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

async function giveSign(host: Host, input: NodeLockInput, stop: () => void): Promise<void> {
  const holder = await run(host, 'beat', input);
  if (holder === undefined) return;
  stop();
  input.onLost(`${holder.claim.owner} on ${holder.claim.host} (run ${holder.claim.run}), as ${host.name} says`);
}

async function releaseNodes(input: NodeLockInput, targets: readonly HostTarget[]): Promise<void> {
  await onAll(input, targets, async (host) => void (await run(host, 'release', input))).catch(() => undefined);
}
