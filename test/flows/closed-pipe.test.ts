import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { killAt, launcher, Rehearsal } from './program.ts';

/**
 * 0 where all was written before the reader went away, else as SIGPIPE would have ended it. Neither a fault nor a stack
 * trace on standard error; the host keys that a verb pins are announced there.
 */
const quiet = {
  code: expect.toSatisfy((code) => code === 0 || code === 141),
  stderr: expect.not.stringMatching(/✗|EPIPE|^\s+at /m),
};

describe('a reader that goes away', () => {
  it.each(['--help', '--version', 'plan --help', 'help exit-codes'])('ends %s quietly', async (words) => {
    const script = `"$@" | true; exit "\${PIPESTATUS[0]}"`;
    const { exitCode, stderr } = await execa('bash', ['-c', script, 'bash', launcher, ...words.split(' ')], {
      reject: false,
    });
    expect({ code: exitCode, stderr }).toEqual(quiet);
  });

  it.each([
    ['preflight'],
    ['preflight', '--json'],
    ['plan'],
    ['plan', '--json'],
    ['storage list'],
    ['storage estimate'],
  ])('ends %s quietly before there is a cluster', async (...words) => {
    const [verb = '', ...flags] = words;
    const rehearsal = await Rehearsal.begin();
    expect(await rehearsal.intoClosedPipe(verb, ...flags)).toEqual(quiet);
  });

  it.each(['init', 'apply'])('ends %s quietly, and its run comes to its end', async (verb) => {
    const rehearsal = await Rehearsal.begin();
    expect(await rehearsal.intoClosedPipe(verb, '--yes')).toEqual(quiet);
    await expect.poll(async () => (await rehearsal.journal()).at(-1)?.type).toBe('run-ended');
    expect((await rehearsal.journal()).at(-1)).toMatchObject({ outcome: 'done' });
  });
});

it('ends resume quietly, and the run comes to its end', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 90);
  await killAt(rehearsal, ({ type }) => type === 'command');
  expect(await rehearsal.intoClosedPipe('resume', '--yes')).toEqual(quiet);
  await expect
    .poll(async () => (await rehearsal.journal()).at(-1))
    .toMatchObject({ type: 'run-ended', outcome: 'done' });
});

describe('a reader that goes away from a cluster that runs', () => {
  it('ends every verb quietly', async () => {
    const rehearsal = await Rehearsal.begin();
    expect((await rehearsal.run('init', '--yes')).code).toBe(0);
    const [built = ''] = await rehearsal.runs();
    const verbs = [
      ['status'],
      ['status', '--json'],
      ['status', '--watch', '--plain'],
      ['status', '--watch', '--json'],
      ['attach'],
      ['attach', '--json'],
      ['update', '--yes'],
      ['stop', '--yes'],
      ['start', '--yes'],
      ['undo', built, '--yes', '--confirm-data-loss', await rehearsal.siteName()],
    ];
    for (const [verb = '', ...flags] of verbs) {
      const ended = await rehearsal.intoClosedPipe(verb, ...flags);
      expect({ verb, flags, ...ended }).toEqual({ verb, flags, ...quiet });
    }
  });
});
