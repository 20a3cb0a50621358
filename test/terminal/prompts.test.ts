import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-prompts-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const start = (...words: readonly string[]) =>
  new Screen([...words, '--rehearse', 'passwords', '--speed', '100000', '--root', root]);

describe('a verb that asks with --plain on a terminal', () => {
  it('sends no control codes, and no character of a password', async () => {
    const screen = start('plan', '--brief', '--plain');
    await screen.see('Pin these');
    screen.press('yes\r');
    for (const prompt of ['sudo password for ks-2: ', 'Login password for ks-3: ']) {
      await screen.see(prompt.trim());
      screen.press('rehearsal\r');
    }
    expect(await screen.exited()).toBe(0);
    expect(screen.output).toContain('(*) cannot be undone');
    expect(screen.output).not.toContain('rehearsal\r');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none but line ends may be there.
    expect(screen.output).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/);
  });

  it('ends with 130 at Ctrl-C in a password', async () => {
    const screen = start('plan', '--plain', '--accept-new-host-keys');
    await screen.see('sudo password for ks-2:');
    screen.press('\u0003');
    expect(await screen.exited()).toBe(130);
    expect(screen.output).toContain('Interrupted.');
  });
});
