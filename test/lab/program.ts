// The built program as an operator calls it, and what its journal tells.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { hub, onNode } from './lab.ts';
import { home } from './site.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program on a laptop beside the rack: it sees all nodes and nothing else. */
export function fromLaptop(root: string, verb: string, ...flags: readonly string[]) {
  const argv = ['netns', 'exec', hub, join(home, 'bin/kloudspot'), ...verb.split(' '), '--root', root, ...flags];
  return execa('ip', argv, { reject: false, stdin: 'ignore', env: { HOME: join(root, 'home'), SSH_AUTH_SOCK: '' } });
}

/** The same on a node, as root at its console. The program is the checkout that the node sees at /opt/kloudspot. */
export function fromNode(n: number, ...words: readonly string[]): Promise<Ran> {
  return onNode(n, ['kloudspot', ...words].map((word) => `'${word}'`).join(' '));
}

/** A file of root's on a node. */
export async function putOn(n: number, path: string, text: string): Promise<void> {
  await onNode(n, `mkdir -p "$(dirname ${path})" && umask 077 && cat >${path}`, text);
}

export async function ran(running: ReturnType<typeof fromLaptop>): Promise<Ran> {
  const { exitCode, stdout, stderr } = await running;
  return { code: exitCode ?? 128, stdout, stderr };
}

export interface JournalLine {
  readonly at: string;
  readonly type: string;
  readonly step?: string;
  readonly node?: string;
  readonly outcome?: string;
  readonly command?: readonly string[];
  readonly [key: string]: unknown;
}

/** The newest run's journal under a root; empty while there is none. */
export function journal(root: string): JournalLine[] {
  const runs = join(root, 'var/lib/kloudspot/runs');
  try {
    const newest = readdirSync(runs).toSorted().at(-1) ?? '';
    const text = readFileSync(join(runs, newest, 'journal.jsonl'), 'utf8');
    // the last line may be half written
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line !== '').map((line): JournalLine => JSON.parse(line));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** What went wrong since the newest process of a run began, for a test's message. */
export function failures(lines: readonly JournalLine[]): JournalLine[] {
  const since = lines.slice(lines.findLastIndex(({ type }) => type === 'run-started'));
  return since.filter(({ type, outcome }) => type === 'step-failed' || (type === 'run-ended' && outcome !== 'done'));
}

/** `step outcome` of all steps that came to an end. */
export function outcomes(lines: readonly JournalLine[]): string[] {
  return lines.filter(({ type }) => type === 'step-done').map(({ step, outcome }) => `${step} ${outcome}`);
}

/** Words of a command of the run, as `snap install` or `join`. */
export const runs =
  (...words: readonly string[]) =>
  (line: JournalLine) =>
    line.type === 'command' && words.every((word) => line.command?.some((part) => part.includes(word)));

/** Waits until the newest process of the run has written such a line. Throws when the run ends before. */
export async function untilJournal(root: string, holds: (line: JournalLine) => boolean): Promise<JournalLine> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; await wait(20)) {
    const lines = journal(root);
    const own = lines.slice(
      Math.max(
        0,
        lines.findLastIndex(({ type }) => type === 'run-started'),
      ),
    );
    const found = own.find(holds);
    if (found) return found;
    if (own.at(-1)?.type === 'run-ended') throw new Error(`the run ended before: ${JSON.stringify(failures(lines))}`);
  }
  throw new Error('the moment never came');
}

/** Waits until the run has come to an end, over the workstation's own restart. */
export async function untilRunEnds(root: string): Promise<JournalLine> {
  for (const deadline = Date.now() + 800_000; Date.now() < deadline; await wait(250)) {
    const last = journal(root).at(-1);
    if (last?.type === 'run-ended' && last.outcome !== 'rebooting') return last;
  }
  throw new Error(`the run has not ended: ${JSON.stringify(journal(root).at(-1))}`);
}

/** `kill -9` of the process that carries the run, some ms after it wrote such a line. */
export async function killRunAt(root: string, holds: (line: JournalLine) => boolean, ms: number): Promise<void> {
  await untilJournal(root, holds);
  await wait(ms);
  process.kill(Number(journal(root).findLast(({ type }) => type === 'run-started')?.['process']), 'SIGKILL');
}
