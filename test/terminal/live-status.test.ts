import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { looks, type Painted, painted } from './painted.ts';
import { Screen, type ScreenOptions } from './screen.ts';

let root: string;
let screen: Screen | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kloudspot-live-'));
});
afterEach(() => {
  screen?.kill();
  rmSync(root, { recursive: true, force: true });
});

function watched(args: readonly string[], options?: ScreenOptions): Painted {
  const words = ['status', '--watch', '--rehearse', '--accept-new-host-keys', '--root', root, ...args];
  const page = painted(words, 'Querying the site', options);
  screen = page.screen;
  return page;
}

describe('the live status stands before Ink is loaded', () => {
  it.each(looks)('and Ink takes it over without a moved cell: %s', async (_, args, options) => {
    const { screen: one, pictures, loaded } = watched(args, options);
    await one.see('No cluster yet');
    expect(loaded()).toBe(false);
    expect([...new Set(pictures)]).toHaveLength(1);
    one.press('q');
    expect(await one.exited()).toBe(0);
    expect(one.output.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(one.output.lastIndexOf('\u001b[?1049h'));
  });

  it('and keeps what is typed before', async () => {
    const { screen: one } = watched([]);
    await one.see('Querying the site');
    one.press('q');
    expect(await one.exited()).toBe(0);
  });
});

it('lines of a job that the shell has let go end when its terminal is closed', async () => {
  const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
  const watch = `${launcher} status --watch --plain --rehearse --accept-new-host-keys --root ${root}`;
  const script = `set -m; ${watch} & echo "job $!"; disown; read -r line`;
  screen = new Screen(['--norc', '-c', script], { command: 'bash' });
  await screen.see('No cluster yet');
  const job = Number(/job (\d+)/.exec(screen.output)?.[1]);
  expect(isAlive(job)).toBe(true);
  screen.kill();
  await expect.poll(() => isAlive(job)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
