import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import { codeOf, isMissing } from '../../errors/thrown.ts';
import { identifyProcess, lifeOf, machineId } from '../../host/process-identity.ts';
import { atOnce, type Claim, comeAfter, type FileAct, giveBack, type Holder, holderOf } from '../../host/succession.ts';
import { parsedJson } from '../../text/parsed-json.ts';

/** ms that a change of another process may take. */
const waitMs = 10_000;

/** Carries out `work` as the only process with the lock of this path. Throws a `Fault` where another process keeps it for 10 s. */
export function underModelLock<Result>(path: string, work: () => Result): Result {
  const claim = claimOfNow();
  const succeeded = take(path, claim);
  try {
    return work();
  } finally {
    // While its process lives, no one comes after a claim: only who came after another one has more files to remove.
    if (succeeded) atOnce(giveBack(path, claim, claimOfNow('.end')), perform);
    else remove(path);
  }
}

const short = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 8);

/** Number of a process, its machine and its start. */
const self = `${process.pid}/${short(machineId())}/${short(identifyProcess(process.pid)?.started ?? '')}`;

const holderSchema = z.object({ of: z.string().regex(/^\d+\/[\w-]{8}\/[\w-]{8}$/) });

/**
 * Shorter than 60 bytes: ext4 keeps such a link within its inode. A longer one gets a block of its own, and to make and
 * remove that takes ten times as long.
 */
function claimOfNow(mark = ''): Claim {
  const token = `${randomUUID().slice(0, 13)}${mark}`;
  return { token, text: JSON.stringify({ token, of: self }) };
}

/** Whether it was taken from a process that is gone. */
function take(path: string, claim: Claim): boolean {
  const until = performance.now() + waitMs;
  for (;;) {
    if (perform({ act: 'place', path, text: claim.text }).length > 0) return false;
    const holder = atOnce(holderOf(path), perform);
    if (holder === undefined) continue;
    if (isGone(holder)) {
      if (atOnce(comeAfter(path, holder, claim), perform)) return true;
    } else if (performance.now() > until) throw busy(path);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
}

function isGone({ text }: Holder): boolean {
  const of = parsedJson(holderSchema, text)?.of;
  if (of === undefined) return true;
  const [number, machine = '', started = ''] = of.split('/');
  return lifeOf({ machine, process: Number(number), started }, short) === 'gone';
}

/** A claim is where a symbolic link leads: such a link is made at once, with its text, or not at all. */
function perform(one: FileAct): readonly string[] {
  const { act, path } = one;
  switch (act) {
    case 'read':
      return textAt(path);
    case 'place':
      return placed(path, one.text) ? [path] : [];
    case 'replace': {
      // Only the holder replaces: one name is enough.
      const fresh = `${path}.new`;
      remove(fresh);
      symlinkSync(one.text, fresh);
      renameSync(fresh, path);
      return [];
    }
    case 'remove':
      remove(path);
      return [];
    case 'list':
      return readdirSync(dirname(path))
        .filter((name) => name.startsWith(basename(path)))
        .map((name) => join(dirname(path), name));
  }
}

/** Each save ends with it: `rmSync` looks at the file and for a tree below it first. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function textAt(path: string): readonly string[] {
  try {
    return [readlinkSync(path)];
  } catch (error) {
    if (isMissing(error)) return [];
    // Not a link: no process of ours has made it.
    if (codeOf(error) === 'EINVAL') return [''];
    throw error;
  }
}

function placed(path: string, text: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function busy(lock: string): Fault {
  return new Fault({
    what: 'Another process holds the rehearsal.',
    where: lock,
    next: [
      'Wait for the other process to end, then try again.',
      `If no process of kloudspot runs here or on another machine: rm ${lock}`,
    ],
  });
}
