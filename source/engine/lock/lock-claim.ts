import { createHash, randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import * as z from 'zod';
import { exitCode, Fault } from '../../errors/fault.ts';
import { identifyProcess, lifeOf, machineId } from '../../host/process-identity.ts';
import { type Claim, tokenSchema } from '../../host/succession.ts';
import type { Files } from '../../site/files.ts';
import { kloudspot } from '../../text/command.ts';
import { durationWords } from '../../text/duration.ts';
import { parsedJson } from '../../text/parsed-json.ts';
import { safeLine } from '../../text/safe-text.ts';

const claimSchema = z.object({
  version: z.literal(1),
  token: tokenSchema,
  // Shown to another operator, and written by any process that can write on the node.
  run: z.string().transform(safeLine),
  owner: z.string().transform(safeLine),
  host: z.string().transform(safeLine),
  /** The id of its machine. */
  machine: z.string(),
  /** The workstation: one machine and one root. */
  workstation: z.string(),
  process: z.number().int(),
  started: z.string(),
  /** ISO 8601, by the holder's clock. */
  since: z.iso.datetime(),
  heartbeat: z.iso.datetime(),
});

/** What a lock says of its holder: who, where, since when, and when it last gave a sign of life. */
export type LockClaim = z.output<typeof claimSchema>;

/** A claim of this process for a run. */
export async function ownClaim(files: Files, run: string): Promise<LockClaim> {
  const now = new Date().toISOString();
  const identity = identifyProcess(process.pid);
  return {
    version: 1,
    token: randomUUID(),
    run,
    owner: userInfo().username,
    host: hostname(),
    machine: machineId(),
    workstation: workstationOf(files),
    process: process.pid,
    started: identity?.started ?? '',
    since: now,
    heartbeat: now,
  };
}

function workstationOf(files: Files): string {
  return createHash('sha256').update(`${machineId()} ${files.root}`).digest('hex').slice(0, 16);
}

export const claimText = (claim: LockClaim): string => `${JSON.stringify(claim)}\n`;

export const written = (claim: LockClaim): Claim => ({ token: claim.token, text: claimText(claim) });

/** Undefined for a text that is not a claim: its writer holds none of our locks. */
export function parseClaim(text: string): LockClaim | undefined {
  // On a node a second line follows: the time of the last heartbeat.
  return parsedJson(claimSchema, text.split('\n')[0] ?? '');
}

/** `gone`: its process has ended. `silent`: it may live, but gave no sign for too long. `unknown`: it is on another machine, and no one watched it. */
export type HolderLife = 'alive' | 'silent' | 'gone' | 'unknown';

/** ms without a heartbeat after which a holder that cannot be looked at counts as silent. */
const longSilence = 180_000;

/** `silentMs`: since the last heartbeat, measured by one clock; undefined where nothing measures it. */
export async function lifeOfHolder(
  claim: LockClaim,
  workstation: string,
  silentMs: number | undefined,
): Promise<HolderLife> {
  // A host name alone does not say that it is this machine: clones share it.
  const life = claim.workstation === workstation ? lifeOf(claim) : 'unknown';
  if (life !== 'unknown') return life;
  return (silentMs ?? 0) > longSilence ? 'silent' : 'alive';
}

/** Not where only the machines of a rehearsal are being made: that has no folder and cannot be attached to. */
const isRun = ({ run }: LockClaim): boolean => !run.includes(' ');

/** The refusal, with who, where and since when, and the ways out. `where`: the workstation or a node. */
export function lockedFault(claim: LockClaim, life: HolderLife, where: string, silentMs?: number): Fault {
  const ago = silentMs === undefined ? '' : `, its last heartbeat was ${durationWords(silentMs)} ago`;
  const state = {
    alive: `it is running${ago}`,
    silent: `it has sent no heartbeat for ${durationWords(silentMs ?? longSilence)}`,
    gone: 'its process has ended',
    unknown: 'it cannot be determined from here whether it is still running',
  }[life];
  const overtake = 'If you are sure that it will not continue: the same command with --take-over';
  const shown = `${kloudspot(`attach ${claim.run}`)}  on ${claim.host} shows it`;
  const attach = isRun(claim) ? shown : 'Wait a moment, then run the same command again.';
  const next = {
    alive: [attach],
    silent: [attach, overtake],
    unknown: [attach, overtake],
    gone: [...(isRun(claim) ? [`${kloudspot(`resume ${claim.run}`)}  continues it`] : []), overtake],
  }[life];
  return new Fault({
    what: `${isRun(claim) ? 'Another run holds the lock' : 'The lock is held'}: ${claim.run}, started by ${claim.owner} on ${claim.host}.`,
    where,
    why: `Process ${claim.process}, since ${claim.since}; ${state}.`,
    next,
    exitCode: exitCode.locked,
  });
}
