import { existsSync } from 'node:fs';
import type { Stores } from '../bundle/stores.ts';
import { Fault } from '../errors/fault.ts';
import { unlessFault } from '../errors/unless-fault.ts';
import type { Clock, HostKeyOffer, HostPool, HostTarget } from '../host/host.ts';
import { foldersIn } from '../host/read-text.ts';
import type { Passwords } from '../host/secrets.ts';
import type { Files } from '../site/files.ts';
import type { SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { withOutside } from './outside-hosts.ts';
import type { RehearsalChoice } from './settings.ts';

/** The machines as the program reaches them, real or rehearsed, and their time. */
export interface World {
  readonly hosts: HostPool;
  readonly clock: Clock;
  /** A rehearsal's own site to begin with. */
  readonly draft?: SiteDraft;
  /** What stands for the stores of the internet in a rehearsal. */
  readonly stores?: Stores;
  /** The rehearsal's scenario. */
  readonly scenario?: string;
  /** File of the pinned keys. */
  readonly knownHosts: string;
  /** Whether a key is pinned for the node: its login then refuses every other one. */
  isPinned(node: string): Promise<boolean>;
  /** Host keys that a node shows and that are not pinned yet. Costs a connection of its own. */
  offeredHostKeys(target: HostTarget): Promise<HostKeyOffer[]>;
  pin(offers: readonly HostKeyOffer[]): Promise<void>;
  /** Pins these keys for a node, in the place of or beside those that are pinned. */
  trustHostKeys(node: string, keys: readonly string[], how: { readonly besideOld: boolean }): Promise<void>;
  /** Brings back the machines of a rehearsal that `fresh` has replaced. */
  restore?(): Promise<void>;
  close(): Promise<void>;
}

/** What the machines are reached with. */
export interface WorldOptions {
  readonly files: Files;
  readonly passwords: Passwords;
  readonly rehearsal: RehearsalChoice | undefined;
  /** A rehearsal begins with untouched machines, whatever was rehearsed before. Throws a `Fault` (exit code 5) while a run is under way on them. */
  readonly fresh?: boolean;
}

/**
 * Opens the real machines, or those of a rehearsal. The caller closes it. Throws a `Fault` for a root that belongs to the other
 * kind: the addresses of a rehearsal may belong to real machines, and the runs of a rehearsal would mix with the real ones.
 */
export async function openWorld({ files, passwords, rehearsal, fresh }: WorldOptions): Promise<World> {
  await refuseOtherKind(files, rehearsal !== undefined);
  if (rehearsal) {
    const { openRehearsal } = await import('../rehearsal/rehearsal.ts');
    const open = () => openRehearsal({ files, ...rehearsal, secrets: passwords, fresh });
    return fresh ? underLock(files, open) : open();
  }
  const [{ openHosts }, { systemClock }, keys] = await Promise.all([
    import('../host/pool.ts'),
    import('../host/clock.ts'),
    import('../host/ssh/known-hosts.ts'),
  ]);
  const hosts = withOutside(openHosts({ files, secrets: passwords }));
  return {
    hosts,
    clock: systemClock,
    knownHosts: files.knownHosts,
    isPinned: (node) => keys.isPinned(node, files),
    offeredHostKeys: (target) => keys.offeredHostKeys(target, files),
    pin: (offers) => keys.pinHostKeys(offers, files),
    trustHostKeys: (node, lines, { besideOld }) => keys.pinKeysOf(node, lines, besideOld, files),
    close: () => hosts.close(),
  };
}

/** Brings back the machines of a rehearsal that `fresh` has replaced, unless a run is under way on the new ones. */
export async function restoreMachines(world: World, files: Files): Promise<void> {
  if (world.restore === undefined) return;
  await unlessFault(() => underLock(files, async () => world.restore?.()));
}

/** A run that lives keeps its machines. The lock of one that is gone goes with the machines that it was for. */
async function underLock<Result>(files: Files, work: () => Promise<Result>): Promise<Result> {
  const [{ ownClaim }, { lockWorkstation }] = await Promise.all([
    import('../engine/lock/lock-claim.ts'),
    import('../engine/lock/lock.ts'),
  ]);
  const claim = await ownClaim(files, 'a new rehearsal');
  const lock = await lockWorkstation(files, claim, { takeOver: true, onLost: () => undefined });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function refuseOtherKind(files: Files, rehearsing: boolean): Promise<void> {
  if (existsSync(files.rehearsal)) {
    if (!rehearsing) throw isOfARehearsal(files);
  } else if (rehearsing && (await foldersIn(files.runs)).length > 0) throw isOfRealMachines(files);
}

const isOfARehearsal = ({ root }: Files): Fault =>
  new Fault({
    what: `${root} holds a rehearsal, and --rehearse is missing.`,
    why: 'Without it, the addresses of the simulated nodes are taken for those of real machines.',
    next: [
      'To continue the rehearsal, add --rehearse to the command.',
      `Its state: ${kloudspot('status --rehearse')}`,
      'For real machines, name another folder by --root.',
    ],
  });

const isOfRealMachines = ({ root }: Files): Fault =>
  new Fault({
    what: `${root} holds the runs of real machines, and --rehearse is given.`,
    why: 'A rehearsal writes its own runs, site file and values there.',
    next: [
      'To rehearse, leave out --root, or name another folder by it.',
      'For the real machines, leave out --rehearse.',
    ],
  });
