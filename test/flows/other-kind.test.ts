import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { filesUnder } from '../../source/site/files.ts';
import { launcher, Rehearsal } from './program.ts';

const verbs = [
  ['init', '--yes'],
  ['plan'],
  ['preflight'],
  ['apply', '--yes'],
  ['status'],
  ['start', '--yes'],
  ['update', '--yes'],
  ['stop', '--yes'],
  ['drill', 'ks-2', '--yes'],
  ['storage', 'list'],
  ['storage', 'estimate'],
  ['node', 'remove', 'ks-4', '--yes'],
  ['support'],
];

it.each(verbs)('the root of a rehearsal without --rehearse: %s', async (...words) => {
  const rehearsal = await Rehearsal.built();
  const before = await rehearsal.everything();
  const root = rehearsal.path();
  const { exitCode, stdout, stderr } = await execa(launcher, [...words, '--root', root], {
    reject: false,
    stdin: 'ignore',
    cwd: rehearsal.root,
    env: { HOME: rehearsal.root },
  });
  expect(stdout + stderr).toContain(`${root} holds a rehearsal, and --rehearse is missing.`);
  expect(exitCode, stdout + stderr).toBe(2);
  expect(await rehearsal.everything()).toEqual(before);
});

it('a run of a rehearsal is undone without --rehearse too: it says itself what it is', async () => {
  const rehearsal = await Rehearsal.built();
  const root = ['--root', rehearsal.path()];
  const options = { reject: false, stdin: 'ignore', env: { HOME: rehearsal.root } } as const;
  const undone = await execa(
    launcher,
    ['undo', '--yes', '--confirm-data-loss', await rehearsal.siteName(), ...root],
    options,
  );
  expect(undone.exitCode, undone.stdout + undone.stderr).toBe(0);
});

it('the root of real machines with --rehearse', async () => {
  const rehearsal = await Rehearsal.begin();
  const run = join(filesUnder(rehearsal.path()).runs, '20260101-000000-aaaa/plan.json');
  await mkdir(dirname(run), { recursive: true });
  await writeFile(run, '{}');
  const before = await rehearsal.everything();
  const { code, stderr } = await rehearsal.run('init', '--yes');
  expect(stderr).toContain('holds the runs of real machines, and --rehearse is given.');
  expect(code).toBe(2);
  expect(await rehearsal.everything()).toEqual(before);
});
