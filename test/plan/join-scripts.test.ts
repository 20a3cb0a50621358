import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microk8sFiles, microk8sProgram } from '../../source/microk8s/microk8s.ts';
import { forgetTokens } from '../../source/plan/steps/join-token.ts';
import { joinUnit, startJoin } from '../../source/plan/steps/join-unit.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-join-'));
});
afterEach(() => rm(root, { recursive: true }));

/** The script with its paths below the test's own folder. */
const here = (text: string) =>
  text
    .replaceAll(`/run/${joinUnit}`, join(root, 'run'))
    .replaceAll('/run/kloudspot-tokens.lock', join(root, 'lock'))
    .replaceAll(microk8sFiles.tokens, join(root, 'tokens'))
    .replaceAll(microk8sProgram, join(root, 'microk8s'));

const program = (name: string, text: string) => writeFile(join(root, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });

describe('the script that starts a join', () => {
  const token = `${'c'.repeat(32)}/0123456789ab`;
  /** Starts it with a systemd-run that runs the unit's command in the foreground and keeps its own arguments. */
  const start = async (microk8s: string) => {
    await program('microk8s', microk8s);
    await program(
      'systemd-run',
      `echo "$@" >${root}/unit; stat -c %a ${root}/run/token >${root}/mode; while [ "$1" != /bin/bash ]; do shift; done; exec "$@"`,
    );
    const { text, arguments: words = [] } = startJoin('10.0.4.21', 'worker');
    const env = { PATH: `${root}:${process.env.PATH}` };
    return execa('bash', ['-c', here(text), 'start-join', ...words], { env, input: `${token}\n` });
  };

  it('hands the token over in a file of its owner alone, which is gone before the join runs; no word of the unit holds it', async () => {
    const { stdout, stderr } = await start(
      `ls ${root}/run >${root}/seen; echo "$@" >${root}/words; echo joined; exit 0`,
    );
    expect((await readFile(join(root, 'mode'), 'utf8')).trim()).toBe('600');
    expect(await readFile(join(root, 'seen'), 'utf8')).not.toContain('token');
    expect(await readFile(join(root, 'words'), 'utf8')).toBe(`join 10.0.4.21:25000/${token} --worker\n`);
    for (const name of ['unit', 'run/run.sh', 'run/output'])
      expect(await readFile(join(root, name), 'utf8')).not.toContain(token.slice(0, 32));
    expect(stdout + stderr).toBe('');
  });

  it('keeps what the join said and its exit code', async () => {
    await start('echo Contacting; echo refused >&2; exit 6');
    expect(await readFile(join(root, 'run/output'), 'utf8')).toBe('Contacting\nrefused\n');
    expect(await readFile(join(root, 'run/code'), 'utf8')).toBe('6\n');
    expect((await readdir(join(root, 'run'))).toSorted()).toEqual(['code', 'output', 'run.sh']);
  });
});

it('the script that forgets tokens removes those of the digests and keeps the others, with mode and expiry', async () => {
  const [own, other, old] = ['a', 'b', 'd'].map((letter) => letter.repeat(32));
  await writeFile(join(root, 'tokens'), `${old}\n${own}|1900000000\n${other}|1900000001\n`, { mode: 0o640 });
  const digest = createHash('sha256').update(String(own)).digest('hex');
  await execa('bash', ['-c', here(forgetTokens.text)], { input: `${digest}\n` });
  expect(await readFile(join(root, 'tokens'), 'utf8')).toBe(`${old}\n${other}|1900000001\n`);
  expect((await stat(join(root, 'tokens'))).mode & 0o777).toBe(0o640);
});
