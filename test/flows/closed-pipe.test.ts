import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../source/cli/verb-table.ts';
import { killAt, launcher, Rehearsal } from './program.ts';

/**
 * 0 where all was written before the reader went away, else as SIGPIPE would have ended it. Neither a fault nor a stack
 * trace on standard error; the host keys that a verb pins are announced there.
 */
const quiet = {
  code: expect.toSatisfy((code) => code === 0 || code === 141),
  stderr: expect.not.stringMatching(/✗|EPIPE|^\s+at /m),
};

/** A verb that wants more words than its name says so, and one that a running cluster forbids is refused. */
const quietOrIncomplete = {
  code: expect.toSatisfy((code) => [0, 2, 6, 141].includes(code)),
  stderr: expect.not.stringMatching(/EPIPE|^\s+at |bug in the program/m),
};

/**
 * How verbs are called once there is a cluster, in an order in which each has something to say. One that is not listed is called
 * by its name alone, before those that change something.
 */
const listed: Readonly<Record<string, readonly (readonly string[])[]>> = {
  status: [[], ['--json'], ['--watch', '--plain'], ['--watch', '--json']],
  preflight: [['--all'], ['--json']],
  plan: [[], ['--json']],
  'storage list': [[], ['--json']],
  'storage estimate': [['--yes']],
  certificates: [[], ['--json']],
  history: [[], ['--json']],
  completion: [['bash'], ['zsh'], ['fish']],
  support: [['--yes']],
  apply: [['--yes'], ['--yes', '--json']],
  attach: [[], ['--json']],
  update: [['--yes']],
  'storage grow': [['kafka', '12', '--yes']],
  stop: [['--yes']],
  start: [['--yes']],
  undo: [['--yes']],
  // Apart: they begin a cluster, or need a run that was interrupted.
  init: [],
  resume: [],
};

const shown = Object.entries(verbs).flatMap(([name, { hidden }]) => (hidden ? [] : [name]));

const others = shown.filter((name) => listed[name] === undefined).map((name) => [name, [[]]] as const);
const called: readonly (readonly [string, readonly (readonly string[])[]])[] = [...others, ...Object.entries(listed)];

describe('a reader that goes away', () => {
  const helps = ['', '--help', '--version', 'help exit-codes', ...shown.map((name) => `${name} --help`)];
  it.each(helps)('ends kloudspot %s quietly', async (words) => {
    const script = `"$@" | true; exit "\${PIPESTATUS[0]}"`;
    const { exitCode, stderr } = await execa(
      'bash',
      ['-c', script, 'bash', launcher, ...words.split(' ').filter(Boolean)],
      { reject: false },
    );
    expect({ code: exitCode, stderr }).toEqual(quiet);
  });

  it.each([
    ['preflight'],
    ['preflight', '--json'],
    ['plan'],
    ['plan', '--json'],
    ['storage list'],
    ['storage estimate'],
    ['history'],
  ])('ends %s quietly before there is a cluster', async (...words) => {
    const [verb = '', ...flags] = words;
    const rehearsal = await Rehearsal.begin();
    expect(await rehearsal.intoClosedPipe(verb, ...flags)).toEqual(quiet);
  });

  it('ends init quietly, and its run comes to its end', async () => {
    const rehearsal = await Rehearsal.begin();
    expect(await rehearsal.intoClosedPipe('init', '--yes')).toEqual(quiet);
    await expect.poll(async () => (await rehearsal.journal()).at(-1)?.type).toBe('run-ended');
    expect((await rehearsal.journal()).at(-1)).toMatchObject({ outcome: 'done' });
  });
});

it('ends resume quietly, and the run comes to its end', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 90);
  await killAt(rehearsal, ({ type }) => type === 'command');
  await rehearsal.setSpeed(1_000_000);
  expect(await rehearsal.intoClosedPipe('resume', '--yes')).toEqual(quiet);
  await expect
    .poll(async () => (await rehearsal.journal()).at(-1))
    .toMatchObject({ type: 'run-ended', outcome: 'done' });
});

it('a reader that goes away from a cluster that runs ends every verb quietly', { timeout: 600_000 }, async () => {
  const rehearsal = await Rehearsal.built();
  const [built = ''] = await rehearsal.runs();
  const own: Readonly<Record<string, () => Promise<readonly string[]>>> = {
    support: async () => ['--output', join(rehearsal.root, 'bundle.tar.gz')],
    undo: async () => [built, '--confirm-data-loss', await rehearsal.siteName()],
  };
  for (const [verb, ways] of called)
    for (const flags of ways) {
      const ended = await rehearsal.intoClosedPipe(verb, ...flags, ...((await own[verb]?.()) ?? []));
      const wanted = listed[verb] === undefined ? quietOrIncomplete : quiet;
      expect({ verb, flags, ...ended }).toEqual({ verb, flags, ...wanted });
      // The verb has left, and its run goes on to its end.
      await expect.poll(() => existsSync(rehearsal.path('var/lib/kloudspot/lock'))).toBe(false);
    }
});

it('a reader that goes away ends verbs that change nodes quietly, and their runs come to their end', async () => {
  const rehearsal = await Rehearsal.built('spare-machines');
  const newNode = (name: string, at: number) => [name, '--reach', `10.0.4.${at}`, '--address', `10.0.4.${at}/24`];
  const ways = [
    ['node add', ...newNode('ks-4', 24)],
    ['node replace', 'ks-3', '--with', ...newNode('ks-5', 25)],
    ['node remove', 'ks-4'],
  ] as const;
  for (const [index, [verb, ...words]] of ways.entries()) {
    const ended = await rehearsal.intoClosedPipe(verb, ...words, '--yes');
    expect({ verb, ...ended }).toEqual({ verb, ...quiet });
    await expect.poll(() => rehearsal.runs()).toHaveLength(index + 2);
    await expect.poll(async () => (await rehearsal.journal()).at(-1)).toMatchObject({ outcome: 'done' });
  }
  const { nodes } = JSON.parse((await rehearsal.run('status', '--json')).stdout);
  expect(nodes.map(({ name }: { name: string }) => name)).toEqual(['ks-1', 'ks-2', 'ks-5']);
});
