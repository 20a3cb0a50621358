import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { looks, type Painted, painted } from './painted.ts';
import type { Screen, ScreenOptions } from './screen.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
let root: string;
let screen: Screen | undefined;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kloudspot-attach-'));
  const words = ['init', '--yes', '--accept-new-host-keys', '--rehearse', '--root', root, '--speed', '100000'];
  execFileSync(launcher, words, { stdio: 'ignore' });
});
afterEach(() => screen?.kill());
afterAll(() => rmSync(root, { recursive: true, force: true }));

function attached(args: readonly string[], options?: ScreenOptions): Painted {
  const page = painted(['attach', '--root', root, ...args], 'Reading the journal', options);
  screen = page.screen;
  return page;
}

describe('the page of a run stands before Ink is loaded', () => {
  it.each(looks)('and Ink takes it over without a moved cell: %s', async (_, args, options) => {
    const { screen: one, pictures, loaded } = attached(args, options);
    await one.see('has ended');
    expect(loaded()).toBe(false);
    expect([...new Set(pictures)]).toHaveLength(1);
    expect(pictures.length).toBeGreaterThan(1);
    one.press('q');
    expect(await one.exited()).toBe(0);
    expect(one.output.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(one.output.lastIndexOf('\u001b[?1049h'));
  });

  it('and keeps what is typed before', async () => {
    const { screen: one } = attached([]);
    await one.see('Reading the journal');
    one.press('q');
    expect(await one.exited()).toBe(0);
  });
});
