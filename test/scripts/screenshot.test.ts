import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/screenshot.ts');
const folder = await mkdtemp(join(tmpdir(), 'kloudspot-screenshot-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
await writeFile(at('page.html'), '<!doctype html><title>x</title><body style="background: #123456"></body>');

const take = (env: Record<string, string>, html = at('page.html'), png = at('page.png')) =>
  execa(process.execPath, [script, html, png], { env: { PATH: '', ...env }, extendEnv: false, reject: false });

/** A program in the place of Chromium, which notes how it was called. */
async function inPlaceOfChromium(act: string): Promise<string> {
  await writeFile(at('chromium'), `#!/bin/sh\nprintf '%s\\n' "$@" > ${at('called')}\n${act}\n`);
  await chmod(at('chromium'), 0o755);
  return at('chromium');
}

describe('scripts/screenshot.ts', () => {
  it('finds Chromium on the path, and asks it headless for the file', async () => {
    await inPlaceOfChromium(`printf '\\211PNG\\r\\n\\032\\n' > ${at('page.png')}`);
    expect(await take({ PATH: [folder, '/usr/bin', '/bin'].join(delimiter) })).toMatchObject({ exitCode: 0 });
    const called = (await readFile(at('called'), 'utf8')).split('\n');
    expect(called).toEqual(expect.arrayContaining(['--headless', `--screenshot=${at('page.png')}`]));
    expect(called.at(-2)).toBe(`file://${at('page.html')}`);
  });

  it('a Chromium that ends with 0 and wrote no picture is a failure', async () => {
    const program = await inPlaceOfChromium('true');
    const { exitCode, stderr } = await take({ CHROMIUM: program, PATH: '/usr/bin:/bin' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('is not a picture')]);
  });

  it('says what to install where there is none, and how it is called', async () => {
    expect((await take({})).stderr).toContain('apt-get install chromium');
    expect(await take({}, at('none.html'))).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('usage:') });
  });
});
