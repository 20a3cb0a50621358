import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../source/host/host.ts';
import { localHost } from '../../source/host/local.ts';

const host = localHost('here', () => undefined);
const root = process.getuid?.() === 0;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('run', () => {
  const script = { name: 'say', text: 'echo "$0:$1:$2"; cat', arguments: ['a b', "c'd"] };
  test.for<[string, Command, string | undefined, { code: number; stdout?: string; stderr?: string }]>([
    [
      'arguments stay apart',
      ['printf', '%s|', 'a b', '$x', '*'],
      undefined,
      { code: 0, stdout: 'a b|$x|*|', stderr: '' },
    ],
    [
      'streams stay apart',
      ['sh', '-c', 'printf out; printf err >&2'],
      undefined,
      { code: 0, stdout: 'out', stderr: 'err' },
    ],
    ['any exit code', ['sh', '-c', 'exit 7'], undefined, { code: 7 }],
    ['255 is a code like others', ['sh', '-c', 'exit 255'], undefined, { code: 255 }],
    ['no such command', ['no-such-command'], undefined, { code: 127 }],
    ['death by a signal', ['sh', '-c', 'kill -TERM $$'], undefined, { code: 143 }],
    ['standard input ends', ['cat'], 'one\ntwo', { code: 0, stdout: 'one\ntwo' }],
    ['no standard input is an empty one', ['cat'], undefined, { code: 0, stdout: '' }],
    ['input that no one reads', ['true'], 'x'.repeat(300_000), { code: 0 }],
    ['a script has its name, arguments and input', script, 'in', { code: 0, stdout: "say:a b:c'd\nin" }],
    ['bytes beyond ASCII', ['printf', '%s', 'Zürich 東京'], undefined, { code: 0, stdout: 'Zürich 東京' }],
  ])('%s', async ([, command, stdin, expected]) => {
    expect(await host.run(command, stdin === undefined ? {} : { stdin })).toMatchObject(expected);
  });

  test('programs of /usr/sbin and /snap/bin are found, and messages are in plain English', async () => {
    const { stdout } = await host.run(['sh', '-c', 'echo "$PATH $LC_ALL"']);
    expect(stdout).toMatch(/\/usr\/sbin.*:\/sbin.*:\/snap\/bin C\.UTF-8$/m);
  });

  test('much output comes whole', async () => {
    const { stdout } = await host.run(['sh', '-c', 'yes 0123456789abcde | head -c 8000000']);
    expect(stdout).toHaveLength(8_000_000);
  });

  test('lines are told as they come, without the marks of the launcher', async () => {
    const lines: string[] = [];
    const text = 'echo one; echo two >&2; printf "three\nfour"; printf five >&2';
    const result = await host.run(['sh', '-c', text], { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(lines.toSorted()).toEqual(['stderr five', 'stderr two', 'stdout four', 'stdout one', 'stdout three']);
    expect(result).toEqual({ code: 0, stdout: 'one\nthree\nfour', stderr: 'two\nfive' });
  });

  test('a late command is ended, with all that it started', async () => {
    const mark = `31.${process.pid}`;
    const running = host.run(['sh', '-c', `sleep ${mark}; true`], { deadline: 300 });
    await expect(running).rejects.toMatchObject({ name: 'HostFault', kind: 'deadline', node: 'here' });
    expect((await host.run(['pgrep', '-f', `^sleep ${mark}`])).code).toBe(1);
  });

  test("a command's own 124 is not a deadline", async () => {
    expect((await host.run(['sh', '-c', 'exit 124'])).code).toBe(124);
  });

  test('an abort ends the command on the machine', async ({ expect }) => {
    const mark = `32.${process.pid}`;
    const controller = new AbortController();
    const running = host.run(['sh', '-c', `echo go; sleep ${mark}; true`], {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    await expect.poll(async () => (await host.run(['pgrep', '-f', `^sleep ${mark}`])).code).toBe(1);
  });

  test('an abort before the start starts nothing', async () => {
    const touched = join(folder, 'touched');
    await expect(host.run(['touch', touched], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'aborted',
    });
    expect(readdirSync(folder)).not.toContain('touched');
  });

  test('a process left in the background does not hold up the answer', async () => {
    const mark = `36.${process.pid}`;
    const began = performance.now();
    expect(await host.run(['sh', '-c', `sleep ${mark} & echo done`])).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(performance.now() - began).toBeLessThan(30_000);
    await host.run(['pkill', '-f', `^sleep ${mark}`]);
  });
});

describe.runIf(root)('files', () => {
  const at = (name: string) => join(folder, name);
  const mode = (name: string) => (statSync(at(name)).mode & 0o777).toString(8);

  test('reading: the text, or undefined where there is none', async () => {
    writeFileSync(at('text'), 'größer\n\n');
    expect(await host.readFile(at('text'))).toBe('größer\n\n');
    expect(await host.readFile(at('none'))).toBeUndefined();
  });

  test('a new file gets 0644 and root, and missing folders are made', async () => {
    expect(await host.writeFile({ path: at('a/b/new'), content: 'x' })).toEqual({ before: undefined });
    expect([readFileSync(at('a/b/new'), 'utf8'), mode('a/b/new'), statSync(at('a/b/new')).uid]).toEqual([
      'x',
      '644',
      0,
    ]);
  });

  test('a replaced file keeps mode and owner, and returns its text to the byte', async () => {
    writeFileSync(at('kept'), 'old\r\n\n', { mode: 0o640 });
    await host.run(['chown', '12345:54321', at('kept')]);
    expect(await host.writeFile({ path: at('kept'), content: '' })).toEqual({ before: 'old\r\n\n' });
    expect([mode('kept'), statSync(at('kept')).uid, statSync(at('kept')).gid]).toEqual(['640', 12345, 54321]);
    expect(await host.writeFile({ path: at('kept'), content: 'z' })).toEqual({ before: '' });
  });

  test('mode and owner as asked', async () => {
    await host.writeFile({ path: at('secret'), content: 'x', mode: 0o600, owner: '77:78' });
    expect([mode('secret'), statSync(at('secret')).uid, statSync(at('secret')).gid]).toEqual(['600', 77, 78]);
  });

  test('the file is never seen half written, and no temporary file stays', async () => {
    writeFileSync(at('atomic'), 'a'.repeat(100_000));
    let seen = 0;
    const reader = setInterval(() => {
      const text = readFileSync(at('atomic'), 'utf8');
      seen += 1;
      if (!/^(a{100000}|b{200000})$/.test(text)) seen = Number.NaN;
    }, 1);
    await host.writeFile({ path: at('atomic'), content: 'b'.repeat(200_000) });
    clearInterval(reader);
    expect(seen).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('through a symbolic link the file is written and the link stays', async () => {
    writeFileSync(at('target'), 'old');
    symlinkSync('target', at('link'));
    expect(await host.writeFile({ path: at('link'), content: 'new' })).toEqual({ before: 'old' });
    expect(readFileSync(at('target'), 'utf8')).toBe('new');
    expect(await host.run(['test', '-L', at('link')])).toMatchObject({ code: 0 });
  });

  test('what cannot be written says so, and leaves all as it was', async () => {
    const writing = host.writeFile({ path: '/proc/kloudspot/file', content: 'x' });
    await expect(writing).rejects.toMatchObject({ name: 'Fault', message: /\/proc\/kloudspot\/file/, where: 'here' });
  });

  test('bytes that are not text are refused, not mangled', async () => {
    writeFileSync(at('binary'), Buffer.from([0xff, 0xfe, 0x00]));
    await expect(host.readFile(at('binary'))).rejects.toMatchObject({ why: /UTF-8/ });
  });
});
