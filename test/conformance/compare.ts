import { expect } from 'vitest';
import type { Situation } from './situations.ts';

/** What a stand-in did in one situation. */
export interface Seen {
  /** Undefined where the command was cut. */
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly before: State;
  readonly after: State;
}

/** Marks on both machines, members and Nodes of the seed's cluster, and the tokens that it takes. */
export interface State {
  readonly locks: readonly string[];
  readonly seedLocks: readonly string[];
  readonly members: readonly string[];
  readonly nodes: readonly string[];
  readonly tokens: string;
  /** What lies in the launcher's folder. */
  readonly launcher: readonly string[];
}

/** What stands for `{…}` in a situation. */
export type Names = Readonly<Record<'ks-1' | 'ks-2' | 'nobody' | 'free' | 'token', string>>;

export function filled(text: string, names: Names): string {
  return Object.entries(names).reduce((rest, [name, value]) => rest.replaceAll(`{${name}}`, value), text);
}

/** Throws where a stand-in differs from what was recorded, in text, stream, exit code or state. */
export function holds(situation: Situation, seen: Seen, names: Names): void {
  if (situation.cut === undefined) {
    expect(seen.code, `exit code, having printed ${JSON.stringify([seen.stdout, seen.stderr])}`).toBe(situation.code);
    expectText(seen.stdout, filled(situation.stdout, names), 'stdout');
    expectText(seen.stderr, filled(situation.stderr, names), 'stderr');
  }
  const { before, after } = seen;
  expect(beyond(after.locks, before.locks), 'locks added').toEqual(situation.locksAdded.toSorted());
  expect(beyond(before.locks, after.locks), 'locks removed').toEqual(situation.locksRemoved.toSorted());
  if (situation.seedLocksAdded)
    expect(beyond(after.seedLocks, before.seedLocks), 'locks added on the seed').toEqual(
      situation.seedLocksAdded.toSorted(),
    );
  if (situation.members)
    expect(after.members, 'members').toEqual(situation.members.map((each) => filled(each, names)).toSorted());
  if (situation.nodes) expect(after.nodes, 'nodes').toEqual(situation.nodes);
  if (situation.launcher)
    expect(beyond(after.launcher, before.launcher), 'launcher').toEqual(situation.launcher.toSorted());
  if (situation.tokenUsed !== undefined) {
    const [token = ''] = names.token.split('/');
    expect(before.tokens.includes(token) && !after.tokens.includes(token), 'token used').toBe(situation.tokenUsed);
  }
}

const beyond = (more: readonly string[], less: readonly string[]) =>
  more.filter((name) => !less.includes(name)).toSorted();

/** Compares line by line; a recorded line in `<…>` stands for any lines, and `<…>` within a line for any text. */
function expectText(printed: string, recorded: string, where: string): void {
  const lines = comparable(recorded).split('\n');
  const pattern = lines.map((line) =>
    /^\s*<.*>$/.test(line)
      ? '(?:.*\\n)*'
      : `${line
          .split(/<[^>]*>/)
          .map(literal)
          .join('.+')}\\n`,
  );
  const wanted = new RegExp(`^${pattern.join('')}$`);
  const found = `${comparable(printed)}\n`;
  if (!wanted.test(found)) expect(found, where).toBe(`${lines.join('\n')}\n`);
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Dots of a wait, frames of a traceback, blank lines at the end, and what snapd itself prints differ or are not genuine. */
function comparable(text: string): string {
  return text
    .replace(/(Waiting for [^.\n]*\.)(?: ?\.)* *(?=\n)/g, '$1')
    .replace(/(most recent call last\):\n)(?:[ <].*\n)*/g, '$1')
    .replace(/^Infer repository.*\n/gm, '')
    .replace(/^(?:Stopped|Started)\.\n/gm, '')
    .trimEnd();
}
