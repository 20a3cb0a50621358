import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { outputFile } from '../../../source/cli/line/output-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'kloudspot-output-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['no file is named: the usual one, here', undefined, join(process.cwd(), 'berlin.bundle')],
  ['a file', join(folder, 'own.bundle'), join(folder, 'own.bundle')],
  ['a folder: the usual file in it', folder, join(folder, 'berlin.bundle')],
  ['a folder that is not there yet', `${folder}/usb/`, join(folder, 'usb', 'berlin.bundle')],
  ['what cannot be looked at is a file, and is refused where it is written', '/dev/null/x', '/dev/null/x'],
])('%s', (_, given, path) => {
  expect(outputFile(given, 'berlin.bundle')).toBe(path);
});
