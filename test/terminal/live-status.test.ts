import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { looks, type Painted, painted } from './painted.ts';
import type { Screen, ScreenOptions } from './screen.ts';

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
  const page = painted(words, 'Asking the site', options);
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
    await one.see('Asking the site');
    one.press('q');
    expect(await one.exited()).toBe(0);
  });
});
