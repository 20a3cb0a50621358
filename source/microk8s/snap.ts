import * as z from 'zod';
import { type Answer, firstWords } from '../host/answer.ts';
import type { RunResult } from '../host/host.ts';
import { parseSafeJson } from '../text/safe-text.ts';

export { defaultChannel, trackOf } from './tracks.ts';

/** Argument arrays of `snap`. */
export const snap = {
  install: (name: string, channel: string) => ['snap', 'install', name, '--classic', `--channel=${channel}`],
  /**
   * Writes NAME.snap and NAME.assert into a folder. The client asks the store itself, beside whatever snapd does, and goes on with
   * a part that is there (snapd cmd/snap/cmd_download.go); it knows the proxies of its environment, none that only snapd was told.
   */
  download: (name: string, channel: string, folder: string) => [
    'snap',
    'download',
    name,
    `--channel=${channel}`,
    `--basename=${name}`,
    `--target-directory=${folder}`,
  ],
  /** snapd trusts a file whose signatures it knows. */
  ack: (assertion: string) => ['snap', 'ack', assertion],
  /** A file that was acknowledged; a base and snapd itself are not classic. */
  installFile: (file: string, { classic }: { readonly classic: boolean }) => [
    'snap',
    'install',
    ...(classic ? ['--classic'] : []),
    file,
  ],
  /** Sets what it follows; installs nothing. A snap that came as a file follows nothing. */
  switchTo: (name: string, channel: string) => ['snap', 'switch', `--channel=${channel}`, name],
  /** Without a duration: forever. Needs snapd 2.58. */
  hold: (name: string) => ['snap', 'refresh', '--hold', name],
  /** Replaces the revision; a hold does not keep it from what is asked for by name. */
  refresh: (name: string, channel: string) => ['snap', 'refresh', name, `--channel=${channel}`],
  /** Back to the revision before the last refresh, and to the data of that revision. */
  revert: (name: string) => ['snap', 'revert', name],
  list: (name: string) => ['snap', 'list', name],
  /** The system's proxy as JSON; exit code 1 where none was ever set. */
  systemProxy: () => ['snap', 'get', '-d', 'system', 'proxy'],
  /** snapd writes them into /etc/environment too; an empty one is removed (snapd overlord/configstate/configcore/proxy.go). */
  setSystemProxy: ({ http = '', https = '', none = '' }: SystemProxy) => [
    'snap',
    'set',
    'system',
    `proxy.http=${http}`,
    `proxy.https=${https}`,
    `proxy.no-proxy=${none}`,
  ],
  changes: (name: string) => ['snap', 'changes', name],
  /** The tasks of a change, and how much of a download is there. */
  tasks: (change: string) => ['snap', 'tasks', change],
  /** `--purge`: without a snapshot of its data. */
  remove: (name: string) => ['snap', 'remove', '--purge', name],
} as const;

/** What snapd has for its own way out. */
export interface SystemProxy {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  /** With commas. */
  readonly none?: string | undefined;
}

const word = z.string().optional().catch(undefined);
const systemProxy = z.object({
  proxy: z.object({ http: word, https: word, 'no-proxy': word }).partial().catch({}),
});

function asJson(text: string): unknown {
  try {
    return parseSafeJson(text);
  } catch {
    return undefined;
  }
}

type Output = Pick<RunResult, 'code' | 'stdout' | 'stderr'>;

/** Of `snap get -d system proxy`; empty where none is set. */
export function readSystemProxy(output: Output): Answer<SystemProxy> {
  if (output.code === 1 && output.stderr.includes('configuration option')) return { answered: true, value: {} };
  const read = systemProxy.safeParse(asJson(output.stdout));
  if (output.code !== 0 || !read.success) return { answered: false, said: firstWords(output) };
  const { http, https, 'no-proxy': none } = read.data.proxy;
  const given = (text: string | undefined) => (text === '' ? undefined : text);
  return { answered: true, value: { http: given(http), https: given(https), none: given(none) } };
}

export interface InstalledSnap {
  readonly version: string;
  readonly revision: string;
  /** Channel that it follows: `1.34/stable`. */
  readonly tracking: string;
  readonly held: boolean;
  /** snapd has it, but cannot mount it. */
  readonly broken: boolean;
}

/**
 * One row of `snap list NAME`; its columns are Name, Version, Rev, Tracking, Publisher, Notes. Undefined where it is not installed, or
 * not even snapd is. A snapd that restarts answers nothing: exit code 1 too, with other words (snapd cmd/snap/cmd_list.go).
 */
export function readSnapList(name: string, output: Output): Answer<InstalledSnap | undefined> {
  const { code, stdout, stderr } = output;
  if (code === 127 || (code === 1 && /no matching snaps/.test(stderr))) return { answered: true, value: undefined };
  const row = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([first]) => first === name);
  const [, version, revision, tracking, , notes = ''] = row ?? [];
  if (code !== 0 || !version || !revision || !tracking) return { answered: false, said: firstWords(output) };
  const marks = notes.split(',');
  const value = { version, revision, tracking, held: marks.includes('held'), broken: marks.includes('broken') };
  return { answered: true, value };
}

/** Statuses of a change that snapd still works at (snapd overlord/state/change.go). */
const unfinished = ['Do', 'Doing', 'Undo', 'Undoing', 'Abort', 'Wait'];

/** A change that snapd works at. */
export interface SnapChange {
  readonly id: string;
  readonly summary: string;
}

/** The change that snapd still works at, from `snap changes`: columns ID, Status, Spawn, Ready, Summary. */
export function openChange(stdout: string): SnapChange | undefined {
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
  const row = rows.find(([, status = '']) => unfinished.includes(status));
  return row && { id: row[0] ?? '', summary: row.at(-1) ?? '' };
}

/** What snapd does in a change. */
export interface SnapTask {
  readonly summary: string;
  /** How much of it is done; undefined where snapd does not say. */
  readonly fraction: number | undefined;
}

/** The task that runs, from `snap tasks`: columns Status, Spawn, Ready, Summary; a share is behind the summary: `(45.23%)`. */
export function runningTask(stdout: string): SnapTask | undefined {
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
  const summary = rows.find(([status]) => status === 'Doing')?.at(-1);
  if (summary === undefined) return undefined;
  const share = Number(/\((\d+(?:\.\d+)?)%\)$/.exec(summary)?.[1] ?? Number.NaN);
  return { summary, fraction: share <= 100 ? share / 100 : undefined };
}
