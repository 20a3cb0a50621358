import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import { identitySchema, lifeOf, type ProcessIdentity, runsWith } from '../../host/process-identity.ts';
import { textIfPresent } from '../../host/read-text.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { filesOfRun } from '../../site/files.ts';
import { parsedJson } from '../../text/parsed-json.ts';

/** What a lock says of its holder, as far as it counts here. */
const holderSchema = z.object({ ...identitySchema.shape, run: z.string() });

const ownerPath = (directory: string): string => join(directory, 'process.json');

/** Notes in the run's folder which process carries it out, so that a reader can tell whether that one still lives. */
export async function claimRun(directory: string, identity: ProcessIdentity): Promise<void> {
  await writeAtomic(ownerPath(directory), `${JSON.stringify(identity)}\n`, 0o600);
}

/** The process that carries out the run, or did so last. Undefined where none has begun. Throws a `Fault` that names the file where it is damaged. */
export async function runProcess(directory: string): Promise<ProcessIdentity | undefined> {
  const text = await textIfPresent(ownerPath(directory));
  if (text === undefined) return undefined;
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault({
      what: 'The process of the run is not known.',
      where: ownerPath(directory),
      why: 'The file is damaged.',
      cause,
    });
  }
}

/** Whether the process of a run lives. `none`: none has begun it. */
export interface RunLife {
  readonly life: 'none' | 'alive' | 'gone' | 'unknown';
  /** Why it counts as gone. */
  readonly why: string;
}

/** A run whose process is not known, as the file is damaged, counts as gone: the lock keeps a second process away from one that lives. */
export async function lifeOfRun(directory: string): Promise<RunLife> {
  const why = "the run's process is gone";
  return unlessFault(
    async () => {
      const identity = await holderOf(directory);
      const life = identity === undefined ? beforeClaim(directory) : lifeOf(identity);
      // Its journal is on that disk: it may have ended for that reason and could not say so.
      const full = life === 'gone' && (await isFull(directory));
      return { life, why: full ? `${why}, and the disk is full that ${directory} is on` : why };
    },
    ({ where }) => ({ life: 'gone', why: `${why} or not known: ${where} is damaged` }),
  );
}

/** The words by which the process of a run is called, ahead of its options. */
export const workerWords = (directory: string): readonly [string, string] => ['run-worker', directory];

/** A process that was just started has noted itself nowhere, and who started it may be gone. */
const beforeClaim = (directory: string): 'alive' | 'none' =>
  existsSync(directory) && runsWith(...workerWords(directory)) ? 'alive' : 'none';

/** Whether less than a block of a file system is free below this folder. */
const isFull = (directory: string): Promise<boolean> =>
  statfs(directory).then(
    ({ bavail }) => bavail === 0,
    () => false,
  );

/**
 * Whether a process has taken the run over and not written its first event yet: it looks at the nodes before.
 * `known`: the number of the last process that wrote one.
 */
export async function isStarting(directory: string, known: number | undefined): Promise<boolean> {
  const holder = await holderOf(directory).catch(() => undefined);
  return holder !== undefined && holder.process !== known && lifeOf(holder) === 'alive';
}

const holderOf = async (directory: string): Promise<ProcessIdentity | undefined> =>
  (await runProcess(directory)) ?? lockingProcess(directory);

/** Whether the workstation's lock is held for this run, be its process there or gone. */
export const holdsLock = async (directory: string): Promise<boolean> => (await lockingProcess(directory)) !== undefined;

/** The process that holds the workstation's lock for this run: it notes itself in the run's folder a moment after taking the lock. */
async function lockingProcess(directory: string): Promise<ProcessIdentity | undefined> {
  const text = await textIfPresent(filesOfRun(directory).lock).catch(() => undefined);
  const holder = parsedJson(holderSchema, text ?? '');
  return holder?.run === basename(directory) ? holder : undefined;
}
