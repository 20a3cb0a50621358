import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../../source/host/shell/launch.ts';
import { Transcript } from '../../source/host/shell/transcript.ts';

const byStream = (a: string, b: string) => a.slice(0, 6).localeCompare(b.slice(0, 6));

describe('the transcript', () => {
  const mark = 'kloudspot-1234';
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', '東', '\n', ' ') });

  test('sorts out the same text and lines, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (noise, out, err, sizes) => {
          const lines: string[] = [];
          const transcript = new Transcript(mark, { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
          const feed = (whole: string, stream: 'stdout' | 'stderr') => {
            let rest = Buffer.from(whole);
            for (let turn = 0; rest.length > 0; turn += 1) {
              const size = sizes[turn % sizes.length] ?? 1;
              void transcript.hear(rest.subarray(0, size), stream);
              rest = rest.subarray(size);
            }
          };
          feed(`${noise}${mark} begins 42\n${out}${mark} ends 3\n`, 'stdout');
          feed(`${noise}${mark} begins 42\n${err}${mark} ends 3\n`, 'stderr');
          transcript.finish();
          expect(transcript).toMatchObject({ process: 42, code: 3, noise, whole: 3 });
          expect([transcript.stdout.text, transcript.stderr.text]).toEqual([out, err]);
          const wanted = (whole: string, stream: string) =>
            (whole.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => `${stream} ${line.replace('\n', '')}`);
          // of one stream the order counts; between the two there is none
          expect(lines.toSorted(byStream)).toEqual([...wanted(err, 'stderr'), ...wanted(out, 'stdout')]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('without a beginning all of standard error is noise', () => {
    const transcript = new Transcript(mark);
    void transcript.hear(Buffer.from('ssh: connect to host\nport 22: refused'), 'stderr');
    expect(transcript).toMatchObject({
      process: undefined,
      code: undefined,
      noise: 'ssh: connect to host\nport 22: refused',
    });
  });
});

describe('sudo', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs a launched command under a sudo of our own that reads so many lines of its input, and tells what it was given. */
  function underSudo(linesRead: number, sudo: 'free' | 'password', hidden?: readonly string[]) {
    const program = `#!/bin/bash
for ((i = 0; i < ${linesRead}; i++)); do IFS= read -r line; echo "read $line" >>${folder}/log; done
printf '%s ' "$@" | tr '\\n' ' ' >>${folder}/log
while [ "$1" != -- ]; do shift; done; shift; exec "$@"
`;
    writeFileSync(join(folder, 'sudo'), program);
    writeFileSync(join(folder, 'log'), '');
    chmodSync(join(folder, 'sudo'), 0o755);
    const { line, input, mark } = launch(
      hidden ?? ['cat'],
      { sudo, password: 'se cret' },
      { stdin: 'own\ninput', deadline: 5_000, hidden: hidden !== undefined },
    );
    const result = spawnSync('sh', ['-c', line], { input, env: { PATH: `${folder}:/usr/bin:/bin` } });
    const transcript = new Transcript(mark);
    void transcript.hear(result.stdout, 'stdout');
    void transcript.hear(result.stderr, 'stderr');
    transcript.finish();
    const log = spawnSync('cat', [join(folder, 'log')], { encoding: 'utf8' }).stdout;
    return { stdout: transcript.stdout.text, code: transcript.code, log, line };
  }

  test('gets the password on its standard input, and the command gets its own input after it', () => {
    const { stdout, code, log, line } = underSudo(1, 'password');
    expect({ stdout, code }).toEqual({ stdout: 'own\ninput', code: 0 });
    expect(log).toMatch(/^read se cret\n-k -S -p {2}-H -- /);
    expect(line).not.toContain('se cret');
  });

  test('that asks for nothing after all leaves no password in the command input', () => {
    expect(underSudo(0, 'password').stdout).toBe('own\ninput');
  });

  test.each([
    [1, 'password'],
    [0, 'password'],
    [0, 'free'],
  ] as const)(
    '%d lines read, %s: arguments that are secret are in no argument list and no log of sudo',
    (lines, sudo) => {
      const words = ['sh', '-c', 'printf "%s|" "$@"; cat', 'sh', "to/ken'1", '$HOME', ''];
      const { stdout, code, log, line } = underSudo(lines, sudo, words);
      expect({ stdout, code }).toEqual({ stdout: "to/ken'1|$HOME||own\ninput", code: 0 });
      for (const text of [log, line]) expect(text).not.toContain('to/ken');
    },
  );

  test('that is free is told not to ask', () => {
    const { stdout, log } = underSudo(0, 'free');
    expect(stdout).toBe('own\ninput');
    expect(log).toMatch(/^-n -H -- /);
  });
});

test('a command and its launcher leave no core file, although its login shell would', () => {
  const { line, mark } = launch(
    ['sh', '-c', 'ulimit -c'],
    { sudo: undefined, password: undefined },
    { stdin: '', deadline: 5_000 },
  );
  const shell = 'ulimit -S -c unlimited; ulimit -c; exec sh -c "$1"';
  const { stdout } = spawnSync('bash', ['-c', shell, 'bash', line], { encoding: 'utf8' });
  const [before, ...after] = stdout.trim().split('\n');
  expect(before).not.toBe('0');
  expect(after.filter((said) => !said.startsWith(mark))).toEqual(['0']);
});
