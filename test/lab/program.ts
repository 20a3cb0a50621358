import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { hub } from './lab.ts';
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

export async function ran(running: ReturnType<typeof fromLaptop>): Promise<Ran> {
  const { exitCode, stdout, stderr } = await running;
  return { code: exitCode ?? 128, stdout: String(stdout), stderr: String(stderr) };
}

export interface JournalLine {
  readonly at: string;
  readonly type: string;
  readonly step?: string;
  readonly outcome?: string;
  readonly [key: string]: unknown;
}

/** The newest run's journal under a root. */
export function journal(root: string): JournalLine[] {
  const runs = join(root, 'var/lib/kloudspot/runs');
  const newest = readdirSync(runs).toSorted().at(-1) ?? '';
  const text = readFileSync(join(runs, newest, 'journal.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JournalLine => JSON.parse(line));
}

/** What went wrong in a run, for a test's message. */
export function failures(root: string): unknown[] {
  return journal(root).filter(
    ({ type, outcome }) => type === 'step-failed' || (type === 'run-ended' && outcome !== 'done'),
  );
}
