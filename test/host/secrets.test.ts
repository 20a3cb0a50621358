import { chmodSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../source/errors/fault.ts';
import { Passwords, readPasswords } from '../../source/host/secrets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string, mode = 0o600): string {
  const path = join(folder, 'passwords.yaml');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('which password', () => {
  const passwords = Passwords.from({
    login: 'all',
    sudo: 'root',
    nodes: { a: { login: 'mine' }, b: { sudo: 'special' } },
  });
  test.each([
    ['a', 'mine', 'mine'],
    ['b', 'all', 'special'],
    ['c', 'all', 'root'],
  ])('node %s logs in with %s and gives sudo %s', (node, login, sudo) => {
    expect([passwords.login(node), passwords.sudo(node)]).toEqual([login, sudo]);
  });

  test('sudo gets the login password unless it has its own', () => {
    expect(Passwords.from({ login: 'all' }).sudo('a')).toBe('all');
    expect(new Passwords().sudo('a')).toBeUndefined();
  });

  test('all texts are named once, for masking', () => {
    expect(passwords.all().toSorted()).toEqual(['all', 'mine', 'root', 'special']);
  });

  test('nothing that prints an object shows them', () => {
    const shown = `${JSON.stringify({ passwords })} ${inspect(passwords, { depth: 9, showHidden: true })} ${passwords}`;
    for (const secret of passwords.all().filter((text) => text !== 'all')) expect(shown).not.toContain(secret);
  });

  test('a snapshot makes the same passwords again', () => {
    const again = Passwords.from(JSON.parse(JSON.stringify(passwords.snapshot())));
    for (const node of ['a', 'b', 'c']) {
      expect([again.login(node), again.sudo(node)]).toEqual([passwords.login(node), passwords.sudo(node)]);
    }
  });

  test('a password of two lines is refused: the second would go elsewhere', () => {
    expect(() => new Passwords().give('a', 'login', 'one\ntwo')).toThrow(/one line/);
  });
});

describe('from outside', () => {
  test('a private file; digits stay text', async () => {
    const passwords = await readPasswords({ file: file('login: 0123\nnodes:\n  a: { sudo: "x: y" }\n') });
    expect([passwords.login('a'), passwords.sudo('a')]).toEqual(['0123', 'x: y']);
  });

  test('an open descriptor', async () => {
    const fd = openSync(file('{"login": "yes"}'), 'r');
    expect((await readPasswords({ fd })).login('a')).toBe('yes');
  });

  test('nothing given is nothing known', async () => {
    expect((await readPasswords({})).all()).toEqual([]);
  });

  test.each([
    ['readable by others', 'login: hush', 0o644, /read by others/],
    ['an unknown key', 'logon: hush', 0o600, /expected shape/],
    ['not YAML', 'login: "hush', 0o600, /not valid YAML/],
    ['a list', '- hush', 0o600, /expected shape/],
  ])('%s: one clear fault that does not quote the file', async (_, text, mode, what) => {
    const fault: Fault = await readPasswords({ file: file(text, mode) }).then(
      () => expect.fail('it was taken'),
      (error: Fault) => error,
    );
    expect(fault).toMatchObject({ name: 'Fault', message: what, where: join(folder, 'passwords.yaml'), exitCode: 2 });
    expect(inspect(fault, { depth: 9 })).not.toContain('hush');
  });

  test('a missing file and a closed descriptor', async () => {
    await expect(readPasswords({ file: join(folder, 'none') })).rejects.toMatchObject({
      name: 'Fault',
      why: 'The file does not exist.',
    });
    await expect(readPasswords({ fd: 987 })).rejects.toMatchObject({ name: 'Fault', message: /descriptor 987/ });
  });
});

test('a passwords file that is not valid YAML is quoted nowhere, by a warning either', async () => {
  const warned: string[] = [];
  const note = (one: Error) => warned.push(`${one.name} ${one.message}`);
  process.on('warning', note);
  const path = join(folder, 'wrong.yaml');
  for (const text of ['login: !s3same open\n', '? [s3same]\n: x\n', '%s3same\n---\nlogin: x\n', 'login: *s3same\n']) {
    writeFileSync(path, text, { mode: 0o600 });
    const refused = await readPasswords({ file: path }).catch((error: unknown) => error);
    expect(inspect(refused, { depth: 9 })).not.toContain('s3same');
    expect(refused).not.toBeInstanceOf(ReferenceError);
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warned).toEqual([]);
});
