import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf } from '../ui/page-places.ts';
import { picture } from './painted.ts';
import { keys, Screen, type ScreenOptions } from './screen.ts';

let root: string;
let screen: Screen | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kloudspot-first-'));
});
afterEach(() => {
  screen?.kill();
  rmSync(root, { recursive: true, force: true });
});

/** What was on the screen after each piece of output, from the last line of the first page on. */
function watched(
  args: readonly string[],
  options: ScreenOptions,
): { readonly screen: Screen; readonly seen: string[]; readonly loaded: () => boolean | undefined } {
  const seen: string[] = [];
  let loaded: boolean | undefined;
  const onDrawn = (drawn: Screen, soFar: string): void => {
    if (seen.length === 0 && !drawn.text().includes('help')) return;
    loaded ??= soFar.includes(inkIsThere);
    seen.push(picture(drawn));
  };
  const one = new Screen(['init', '--root', root, ...args], { ...options, onDrawn, apart: inkIsThere });
  screen = one;
  return { screen: one, seen, loaded: () => loaded };
}

/** Ink turns this on right after its first frame. */
const inkIsThere = '\u001b[?2004h';

/** The row under the pointer. */
const pointed = (one: Screen): string => /[❯>] \S.*$/m.exec(one.text())?.[0] ?? '';

async function untilInk(one: Screen): Promise<void> {
  await expect.poll(() => one.output.includes(inkIsThere)).toBe(true);
}

const file = (name: string, text: string): void => {
  mkdirSync(join(root, 'etc/kloudspot'), { recursive: true });
  writeFileSync(join(root, 'etc/kloudspot', name), text);
};
const draft = () =>
  file('site.draft.yaml', 'version: 1\nname: berlin\nproduct: kloudspot\nnodes:\n  - reach: 10.0.4.21\n');
const site = () => file('site.yaml', 'version: 1\nname: munich\nproduct: kloudspot\nnodes: []\n');
const nothing = () => undefined;
/** From the row above Leave to the row for a site file. */
const upTo = (args: readonly string[]) => (args.includes('--rehearse') ? [] : [keys.up]);

interface Case {
  readonly name: string;
  readonly args?: readonly string[];
  readonly options?: ScreenOptions;
  readonly before?: () => void;
}

const cases: readonly Case[] = [
  { name: 'as it comes' },
  { name: 'a rehearsal', args: ['--rehearse'] },
  { name: 'beside a draft', before: draft },
  { name: 'beside a site', before: site },
  { name: 'beside both, wide', before: () => [draft(), site()], options: { columns: 120, rows: 40 } },
  { name: 'narrow and low', options: { columns: 40, rows: 12 } },
  { name: 'narrow, beside both', before: () => [draft(), site()], options: { columns: 50, rows: 16 } },
  { name: 'without colours', options: { env: { NO_COLOR: '1' } } },
  { name: 'ASCII only', args: ['--ascii'] },
  { name: 'ASCII without colours', args: ['--ascii', '--no-color'], before: draft },
];

describe('the first page stands before Ink is loaded, and Ink takes it over', () => {
  it.each(cases)('without a moved cell: $name', async ({ args = [], options = {}, before = nothing }) => {
    before();
    const { screen: one, seen, loaded } = watched(args, options);
    await one.see('help');
    expect(loaded()).toBe(false);
    const first = pointed(one);
    expect(first).not.toBe('');
    await untilInk(one);
    await one.drawn();
    expect([...new Set(seen)]).toHaveLength(1);
    one.press(keys.down);
    await expect.poll(() => pointed(one)).not.toBe(first);
  });

  it.each(cases)('moves the pointer before Ink is there, and Ink finds it where it is: $name', async (each) => {
    const { args = [], options = {}, before: prepare = nothing } = each;
    prepare();
    const pictures: string[] = [];
    let loaded: boolean | undefined;
    const onDrawn = (drawn: Screen, soFar: string): void => {
      if (!drawn.text().includes('help') || !pointed(drawn).includes('Load a site')) return;
      loaded ??= soFar.includes(inkIsThere);
      pictures.push(picture(drawn));
    };
    const one = new Screen(['init', '--root', root, ...args], { ...options, onDrawn, apart: inkIsThere });
    screen = one;
    one.press(keys.down, keys.down, keys.down, keys.down, keys.down, keys.up, ...upTo(args));
    await untilInk(one);
    await one.drawn();
    expect(loaded).toBe(false);
    expect([...new Set(pictures)]).toHaveLength(1);
    const before = pointed(one);
    one.press(keys.up);
    await expect.poll(() => ['', before].includes(pointed(one))).toBe(false);
  });

  it('keeps what is typed before it is there: three Downs and an Enter', async () => {
    const { screen: one } = watched([], {});
    one.press(keys.down, keys.down, keys.down, keys.enter);
    expect(await one.exited()).toBe(6);
  });

  it('keeps what is typed for the page behind it', async () => {
    const { screen: one } = watched(['--rehearse'], {});
    await one.see('Start');
    one.press(keys.enter, 'nn');
    await one.see(placeOf('Features'));
  });

  it.each(['SIGTERM', 'SIGHUP'])('gives the terminal back where %s ends it', async (signal) => {
    const { screen: one } = watched([], {});
    await one.see('Start');
    one.kill(signal);
    await one.exited();
    expect(one.output.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(one.output.lastIndexOf('\u001b[?1049h'));
    expect(one.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(one.output.lastIndexOf('\u001b[?25l'));
  });

  it('is not painted where a word is wrong', async () => {
    const { screen: one } = watched(['--wrong'], {});
    expect(await one.exited()).toBe(2);
    expect(one.output).not.toContain('1049');
  });
});
