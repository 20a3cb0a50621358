import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AskPass, askPass } from '../../source/host/ssh/ask-pass.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks as ssh does: ssh is our child, and the helper is a child of ssh. */
function asked({ environment }: AskPass, prompt: string, between = '') {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  const { stdout, status } = spawnSync('sh', ['-c', `${between} "$SSH_ASKPASS" "$1"; exit $?`, 'ssh', prompt], {
    env,
    timeout: 300_000,
  });
  return { stdout: stdout.toString(), status };
}

describe('the ask-pass helper', () => {
  test('answers once, to the ssh that we started', async () => {
    const pass = await askPass(folder, "pa $s'word");
    expect(asked(pass, "ubuntu@10.0.0.5's password: ")).toEqual({ stdout: "pa $s'word\n", status: 0 });
    expect(asked(pass, "ubuntu@10.0.0.5's password: ")).toEqual({ stdout: '', status: 1 });
    await pass.close();
  });

  test.each([
    ["Enter passphrase for key '/home/me/.ssh/id': "],
    ['Are you sure you want to continue connecting (yes/no/[fingerprint])? '],
  ])('keeps silent when asked: %s', async (prompt) => {
    const pass = await askPass(folder, 'secret');
    expect(asked(pass, prompt)).toEqual({ stdout: '', status: 1 });
    await pass.close();
  });

  test("keeps silent towards a jump host's ssh, which is not our own child", async () => {
    const pass = await askPass(folder, 'secret');
    expect(asked(pass, "me@jump's password: ", 'sh -c \'"$SSH_ASKPASS" "$1"; exit $?\' inner "$1"; exit $?;')).toEqual({
      stdout: '',
      status: 1,
    });
    await pass.close();
  });

  test('is private, holds no secret outside the pipe, and leaves nothing behind', async () => {
    const pass = await askPass(folder, 'secret');
    const { SSH_ASKPASS = '', KLOUDSPOT_ASK_PASS = '' } = pass.environment;
    expect((statSync(SSH_ASKPASS).mode & 0o777).toString(8)).toBe('700');
    const pipe = statSync(KLOUDSPOT_ASK_PASS);
    expect([pipe.isFIFO(), (pipe.mode & 0o777).toString(8)]).toEqual([true, '600']);
    expect(JSON.stringify(pass.environment)).not.toContain('secret');
    await pass.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
