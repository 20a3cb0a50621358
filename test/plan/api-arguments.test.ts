import { chmod, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Script } from '../../source/host/host.ts';
import { apiArgumentsFile, setApiArguments, startedSince } from '../../source/plan/steps/api-arguments.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-api-'));
  await writeFile(join(root, 'snap'), `#!/bin/sh\necho "$@" >>${root}/restarted\n`, { mode: 0o755 });
  await writeFile(join(root, 'args'), '--authorization-mode=AlwaysAllow\n--profiling=false');
  await chmod(join(root, 'args'), 0o660);
});
afterEach(() => rm(root, { recursive: true }));

const run = async (script: Script, input = '') => {
  const env = { PATH: `${root}:${process.env['PATH']}` };
  const text = script.text.replaceAll(apiArgumentsFile, join(root, 'args'));
  return (await execa('bash', ['-c', text, script.name], { input, env })).stdout;
};

test('arguments take the place of those of the same name, the rest and the mode stay, and the server restarts once', async () => {
  await run(setApiArguments, '--authorization-mode=RBAC,Node\n--oidc-client-id=spot\n');
  expect(await readFile(join(root, 'args'), 'utf8')).toBe(
    '--profiling=false\n--authorization-mode=RBAC,Node\n--oidc-client-id=spot\n',
  );
  expect((await stat(join(root, 'args'))).mode & 0o777).toBe(0o660);
  expect(await readFile(join(root, 'restarted'), 'utf8')).toBe('restart microk8s.daemon-kubelite\n');
});

test('a name alone takes its argument away, and one that is not there changes nothing', async () => {
  await run(setApiArguments, '--authorization-mode=RBAC,Node\n--profiling\n--oidc-issuer-url\n');
  expect(await readFile(join(root, 'args'), 'utf8')).toBe('--authorization-mode=RBAC,Node\n');
});

test.each([
  ['before', -60, 'since no'],
  ['after', 60, 'since yes'],
])('a server that started %s its arguments were written is seen', async (_, seconds, said) => {
  const written = new Date('2026-11-21T08:00:00Z');
  await utimes(join(root, 'args'), written, written);
  const started = new Date(written.getTime() + seconds * 1_000).toUTCString();
  await writeFile(join(root, 'systemctl'), `#!/bin/sh\necho 'ActiveEnterTimestamp=${started}'\n`, { mode: 0o755 });
  expect(await run(startedSince)).toBe(said);
});

test('a server that does not run has not started since', async () => {
  await writeFile(join(root, 'systemctl'), '#!/bin/sh\necho ActiveEnterTimestamp=\n', { mode: 0o755 });
  expect(await run(startedSince)).toBe('since no');
});
