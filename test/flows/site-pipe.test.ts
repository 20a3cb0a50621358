import { expect, it } from 'vitest';
import { Rehearsal } from './program.ts';

/** Verbs that write `site.yaml` where it was read. */
const changing = [
  ['update', '--set', 'customer.reference=b'],
  ['relocate', '--set', 'network.gateway=10.0.4.1'],
  ['node add', 'ks-4', '--reach', '10.0.4.24'],
  ['restore', '--confirm-data-loss', 'potsdam'],
] as const;

it('a site that comes through a pipe of the shell is at the usual place from then on: no printed command and no file names the pipe', async () => {
  const rehearsal = await Rehearsal.begin();
  const site = await rehearsal.siteFile((text) => text.replace('name: berlin', 'name: potsdam'));
  const piped = `"$@" --site <(cat ${site})`;
  const built = await rehearsal.inShell(piped, 'init', '--yes');
  expect(built.code, built.stdout + built.stderr).toBe(0);
  const applied = await rehearsal.inShell(piped, 'apply', '--yes');
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(applied.stdout).toContain('kloudspot status');
  expect(built.stdout + applied.stdout).not.toContain('--site=');
  const files = [...(await rehearsal.everything())].filter(([, text]) => text.includes('/dev/fd'));
  expect(files).toEqual([]);
  expect((await rehearsal.run('status')).stdout).toContain('potsdam');
  for (const [verb, ...flags] of changing) {
    const refused = await rehearsal.inShell(piped, verb, ...flags, '--yes');
    expect([verb, refused]).toMatchObject([
      verb,
      {
        code: 2,
        stderr: expect.stringMatching(/site file is a pipe[\s\S]*next: .*--site FILE.*etc\/kloudspot\/site\.yaml/),
      },
    ]);
  }
});
