import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refuseMissingSecret, registrySecret } from '../../source/app/registry-secret.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { siteOf } from '../plan/sample.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function site(text?: string, mode = 0o600) {
  const secretFile = join(folder, 'secret');
  if (text !== undefined) {
    await writeFile(secretFile, text);
    await chmod(secretFile, mode);
  }
  const named = text === undefined ? {} : { secretFile };
  return siteOf({ managers: 1 }, { registry: { host: 'registry.example.org', user: 'deploy', ...named } });
}

const none = new Passwords();
const given = Passwords.from({ registry: 'from-descriptor' });

test('comes from its file without the line break, else with the passwords', async () => {
  expect(await registrySecret(await site('from-file\n'), given)).toBe('from-file');
  expect(await registrySecret(await site(), given)).toBe('from-descriptor');
  expect(given.all()).toEqual(['from-descriptor']);
  expect(Passwords.from(JSON.parse(JSON.stringify(given.snapshot()))).registry()).toBe('from-descriptor');
});

test.each([
  ['others may read', 'text', 0o644, /can be read by others/],
  ['is empty', '\n', 0o600, /is empty/],
])('a file that %s is refused', async (_, text, mode, words) => {
  await expect(registrySecret(await site(text, mode), none)).rejects.toThrow(words);
});

test('a missing one is refused before anything begins, and only where someone logs in', async () => {
  await expect(refuseMissingSecret(await site(), none)).rejects.toThrow(
    'The password of deploy at registry.example.org is missing.',
  );
  await expect(
    refuseMissingSecret(siteOf({ managers: 1 }, { registry: { host: 'r.example.org' } }), none),
  ).resolves.toBeUndefined();
});
