import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  it('and what comes from a plan that was changed is a failure, on the screen that was there before', async () => {
    const moved = mkdtempSync(join(tmpdir(), 'kloudspot-attach-'));
    try {
      cpSync(root, moved, { recursive: true });
      const runs = join(moved, 'var/lib/kloudspot/runs');
      const plan = join(runs, readdirSync(runs)[0] ?? '', 'plan.json');
      writeFileSync(plan, readFileSync(plan, 'utf8').replace('"deadline": ', '"deadline": 1'));
      const { screen: one, pictures } = painted(['attach', '--root', moved], 'Reading the journal');
      screen = one;
      one.press('u');
      expect(await one.exited()).not.toBe(0);
      expect(pictures.length).toBeGreaterThan(0);
      const back = one.output.lastIndexOf('\u001b[?1049l');
      expect(back).toBeGreaterThan(one.output.lastIndexOf('\u001b[?1049h'));
      expect(one.output.slice(back)).toContain('was changed after it was made');
    } finally {
      rmSync(moved, { recursive: true, force: true });
    }
  });

  it('and keeps what is typed before', async () => {
    const { screen: one } = attached([]);
    await one.see('Reading the journal');
    one.press('q');
    expect(await one.exited()).toBe(0);
  });
});
