import { accessSync, constants, existsSync, readlinkSync } from 'node:fs';
import { exitCode, Fault } from '../errors/fault.ts';
import { codeOf } from '../errors/thrown.ts';
import { kloudspot } from '../text/command.ts';
import { safeLine } from '../text/safe-text.ts';

/** Why a file cannot be written or read, and the way out, by the code that the system gives (errno(3)). PLACE: what else can be named. */
const reasons: Readonly<Record<string, readonly [why: string, next: string]>> = {
  ENOSPC: [
    'The disk is full.',
    'Make room on it, in bytes (df -h) or in files (df -i), then run the same command again.',
  ],
  EFBIG: ['The file would be larger than a limit allows.', 'Lift the limit on the size of files: ulimit -f unlimited'],
  ENFILE: ['Too many files are open on this machine.', 'Raise the limit: sysctl fs.file-max'],
  EDQUOT: ['Your disk quota is used up.', 'Make room, then run the same command again.'],
  EROFS: ['The file system is read-only.', 'Check dmesg: a disk error makes a file system read-only. Or give PLACE'],
  EIO: ['The disk reports an error.', 'Check dmesg. Or give PLACE, on another disk'],
  EACCES: ['You may not.', 'Run it as the owner of that folder, or give PLACE'],
  EPERM: ['You may not.', 'Run it as the owner of that folder, or give PLACE'],
  ENOENT: ['No such file or folder.', 'Create it, or give PLACE'],
  ENOTDIR: ['A part of the path is a file, not a folder.', 'Move that file away, or give PLACE'],
  EISDIR: ['A folder is where a file is expected.', 'Move that folder away, or give PLACE'],
  EEXIST: ['A file is where a folder is expected.', 'Move that file away, or give PLACE'],
  ENAMETOOLONG: ['The path is too long.', 'Shorten it, or give PLACE'],
  ELOOP: ['Symbolic links form a loop.', 'Correct the link, or give PLACE'],
  EMFILE: ['Too many files are open.', 'Raise the limit: ulimit -n 4096'],
};

/** An error of the file system as a `Fault` that names path, reason and way out (exit code 1). Anything else is returned as it is. */
export const asFileFault = (error: unknown): unknown => faultOf(error, 'another root: --root DIR', kloudspot('resume'));

/** The same of a file that the operator names with --output. */
export const asOutputFault = (error: unknown): unknown => faultOf(error, 'another file: --output FILE');

function faultOf(error: unknown, place: string, resume?: string): unknown {
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') return removedFolder(error);
  if (error instanceof Fault || !(error instanceof Error) || !('path' in error) || typeof error.path !== 'string')
    return error;
  const code = codeOf(error) ?? '';
  const call = 'syscall' in error ? String(error.syscall) : '';
  const reason = (code === 'EEXIST' && deadLink(error.path)) || (reasons[code] ?? otherReason(error, call));
  if (reason === undefined) return error;
  const reads =
    /^(read|access|scandir|opendir|readlink|l?stat)$/.test(call) || (call === 'open' && unread(code, error.path));
  const act = reads ? 'read' : 'written';
  return new Fault({
    what: `${error.path} cannot be ${act}.`,
    where: error.path,
    why: `${reason[0]} (${code})`,
    next: [reason[1].replace('PLACE', place) + (resume && isFull(code) ? ` To continue a run: ${resume}` : '')],
    exitCode: exitCode.ourFault,
    cause: error,
  });
}

/** mkdir(2) calls a link that leads nowhere a file in the place of the folder. */
function deadLink(path: string): readonly [why: string, next: string] | undefined {
  try {
    const target = readlinkSync(path);
    return existsSync(path)
      ? undefined
      : [`It is a symbolic link to ${safeLine(target)}, which does not exist.`, 'Create that folder, or give PLACE'];
  } catch {
    return undefined;
  }
}

/** Whether a file that could not be opened was to be read, or cannot be read either. */
function unread(code: string, path: string): boolean {
  if (code !== 'EACCES') return code === 'ENOENT';
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch (error) {
    return codeOf(error) === 'EACCES';
  }
}

/** Every path that an operator types is below the folder of the shell; one that is gone has no name any more. */
const removedFolder = (cause: Error): Fault =>
  new Fault({
    what: 'The folder that this shell is in was removed.',
    unchanged: true,
    next: ['Go to one that is there, such as your home folder: cd'],
    cause,
  });

/** A code that is seldom, such as ESTALE of a network file system, in the system's own words. No program that cannot be started. */
function otherReason(error: Error, call: string): readonly [why: string, next: string] | undefined {
  if (call === '' || call.startsWith('spawn')) return undefined;
  return [`The system says: ${error.message}`, 'Check that path, or give PLACE'];
}

const isFull = (code: string): boolean => code === 'ENOSPC' || code === 'EDQUOT';

/** Names the file in an error of a write, which the system gives without a path, or with that of the `temporary` file in its place. */
export function namePath(error: unknown, path: string, temporary?: string): unknown {
  if (codeOf(error) === undefined || !(error instanceof Error)) return error;
  const named = 'path' in error ? error.path : undefined;
  return named === undefined || named === temporary ? Object.assign(error, { path }) : error;
}
