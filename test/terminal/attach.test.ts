import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Screen, type ScreenOptions } from './screen.ts';

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

/** Ink begins each of its frames with it. */
const inkDraws = '\u001b[?2026h';

const picture = (one: Screen): string =>
  JSON.stringify(one.cells().map((row) => row.map((cell) => ({ ...cell, text: cell.text || ' ' }))));

/** The page until the journal is read; `loaded`: whether Ink had drawn when it first stood. */
function attached(args: readonly string[], options: ScreenOptions = {}) {
  const pictures: string[] = [];
  let loaded: boolean | undefined;
  const onDrawn = (drawn: Screen, soFar: string): void => {
    if (!drawn.text().includes('Reading the journal') || !drawn.text().includes('leave')) return;
    loaded ??= soFar.includes(inkDraws);
    pictures.push(picture(drawn));
  };
  screen = new Screen(['attach', '--root', root, ...args], { ...options, onDrawn, apart: inkDraws });
  return { screen, pictures, loaded: () => loaded };
}

describe('the page of a run stands before Ink is loaded', () => {
  it.each([
    ['as it comes', [], {}],
    ['wide', [], { columns: 120, rows: 40 }],
    ['narrow', [], { columns: 40, rows: 12 }],
    ['without colours', ['--no-color'], {}],
    ['ASCII only', ['--ascii'], {}],
  ])('and Ink takes it over without a moved cell: %s', async (_, args, options: ScreenOptions) => {
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
