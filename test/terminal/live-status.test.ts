import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** Ink begins each of its frames with it. */
const inkDraws = '\u001b[?2026h';

const picture = (one: Screen): string =>
  JSON.stringify(one.cells().map((row) => row.map((cell) => ({ ...cell, text: cell.text || ' ' }))));

function watched(args: readonly string[], options: ScreenOptions = {}) {
  const pictures: string[] = [];
  let loaded: boolean | undefined;
  const onDrawn = (drawn: Screen, soFar: string): void => {
    if (!drawn.text().includes('Asking the site') || !drawn.text().includes('leave')) return;
    loaded ??= soFar.includes(inkDraws);
    pictures.push(picture(drawn));
  };
  const words = ['status', '--watch', '--rehearse', '--accept-new-host-keys', '--root', root, ...args];
  screen = new Screen(words, { ...options, onDrawn, apart: inkDraws });
  return { screen, pictures, loaded: () => loaded };
}

describe('the live status stands before Ink is loaded', () => {
  it.each([
    ['as it comes', [], {}],
    ['wide', [], { columns: 120, rows: 40 }],
    ['narrow', [], { columns: 40, rows: 12 }],
    ['without colours', ['--no-color'], {}],
    ['ASCII only', ['--ascii'], {}],
  ])('and Ink takes it over without a moved cell: %s', async (_, args, options: ScreenOptions) => {
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
