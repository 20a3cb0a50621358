import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Rehearsal } from './program.ts';

const bare = expect.not.stringMatching(/^\s+at |Node\.js v|bug in the program/m);

it('an output that cannot be written is said once, and the run goes on to its end', async () => {
  const rehearsal = await Rehearsal.begin();
  const { code, stderr } = await rehearsal.inShell('"$@" >/dev/full', 'init', '--yes');
  expect({ code, stderr }).toEqual({ code: 2, stderr: bare });
  expect(stderr.match(/The output cannot be written: ENOSPC/g)).toHaveLength(1);
  expect(stderr).toContain('A run that has started continues: kloudspot attach --rehearse');
  await expect
    .poll(async () => (await rehearsal.journal()).at(-1))
    .toMatchObject({ type: 'run-ended', outcome: 'done' });
});

it('where so few files may be open that the run cannot be started, one message says so, and no lock is left', async () => {
  const rehearsal = await Rehearsal.begin();
  // So many that this process works and finds no room for the pipes of another one.
  const ends = [];
  for (const most of [22, 24, 26, 28]) ends.push(await rehearsal.inShell(`ulimit -n ${most}; "$@"`, 'init', '--yes'));
  // A run that did begin may fail at a step.
  for (const end of ends)
    expect(end).toMatchObject({ code: expect.toSatisfy((code) => [0, 1, 4].includes(code)), stderr: bare });
  expect(ends.map(({ stderr }) => stderr).join()).toContain("The run's process could not be started.");
  expect(existsSync(rehearsal.path('var/lib/kloudspot/lock'))).toBe(false);
});

it('a limit on the size of files is named, by the command or by the step that meets it, and resume goes on without it', async () => {
  const rehearsal = await Rehearsal.begin();
  const refused = await rehearsal.inShell('ulimit -f 1; "$@"', 'init', '--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('ulimit -f unlimited') });
  // KiB: the plan fits, and in the run what is written grows above it.
  const stopped = await rehearsal.inShell('ulimit -f 200; "$@"', 'init', '--yes');
  expect(stopped).toMatchObject({ code: 4, stdout: expect.stringContaining('next: Lift the limit'), stderr: bare });
  const resumed = await rehearsal.run('resume', '--yes');
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
});

it.each(['status', 'support'])('in a folder that was removed, %s says so', async (verb) => {
  const rehearsal = await Rehearsal.begin();
  const gone = 'gone=$(mktemp -d); cd "$gone"; rmdir "$gone"; "$@" 2> >(grep -v getcwd >&2)';
  const { code, stderr } = await rehearsal.inShell(gone, verb);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('The folder that this shell is in was removed.'),
  });
  expect(stderr).not.toContain('bug in the program');
});
