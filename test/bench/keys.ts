// ms from a key to the last byte of its frame, on the nodes and volume pages, through a real pseudo-terminal. Nothing here passes or fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { keys, Screen } from '../terminal/screen.ts';
import type { Row } from './row.ts';
import { writeProduct, writeScenario } from './scenario.ts';

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

/** A frame is whole when nothing more has come for 25 ms. */
async function latency(screen: Screen, key: string): Promise<number | undefined> {
  const before = screen.output.length;
  const started = performance.now();
  let last = started;
  let length = before;
  screen.press(key);
  for (;;) {
    await new Promise(setImmediate);
    const now = performance.now();
    if (screen.output.length !== length) {
      length = screen.output.length;
      last = now;
    }
    if (length > before && now - last > 25) return last - started;
    // Where two frames came as one, the second key brings none: that press is left out.
    if (now - started > 2000) return undefined;
  }
}

/** What the keys are pressed on. */
interface Pages {
  readonly nodes: number;
  /** Of the page of volumes; undefined: those of the product as it is. */
  readonly volumes?: number;
}

/** ms from a key to the last byte of its frame, and what flickers, on the nodes and volume pages of three and of 100 nodes. */
export async function keyTimes(presses: number): Promise<Row[]> {
  const few = await onPages({ nodes: 3 }, presses);
  return [await echoed(presses), ...few, ...(await onPages({ nodes: 100, volumes: 20 }, presses))];
}

/** The same with a program that only sends back what is typed: what the machine and this bench take by themselves. */
async function echoed(presses: number): Promise<Row> {
  const screen = new Screen(['-c', 'stty raw -echo; echo ready; exec cat'], { command: '/bin/sh' });
  try {
    await screen.see('ready');
    const times: number[] = [];
    for (let press = 0; press < presses; press++) times.push((await latency(screen, 'x')) ?? 0);
    const most = percentile(times, 0.9);
    const figure = `median ${percentile(times, 0.5).toFixed(0)} ms, ninth tenth ${most.toFixed(0)} ms`;
    return { what: 'a key sent back by `cat`, for comparison (ms)', figure, value: most };
  } finally {
    screen.kill();
  }
}

async function onPages(pages: Pages, presses: number): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const scenario = join(root, 'scenario.yaml');
  const product = join(root, 'product.yaml');
  writeScenario(scenario, pages.nodes, pages.volumes === undefined ? 'kloudspot' : product);
  if (pages.volumes !== undefined) writeProduct(product, pages.volumes);
  const drawn = new Set<(screen: Screen) => void>();
  const onDrawn = (one: Screen): void => {
    for (const watch of drawn) watch(one);
  };
  const args = ['init', `--rehearse=${scenario}`, '--root', root, '--speed', '100000'];
  const screen = new Screen(args, { onDrawn });
  try {
    await toSeenNodes(screen, pages.nodes);
    const nodes = await rowsOf(screen, drawn, `nodes page of ${pages.nodes} nodes`, presses);
    for (const next of ['2/8', '3/8', '4/8']) {
      screen.press('n');
      await screen.see(next);
    }
    const volumes = pages.volumes === undefined ? '' : ` with ${pages.volumes} volumes`;
    return [...nodes, ...(await rowsOf(screen, drawn, `volumes page of ${pages.nodes} nodes${volumes}`, presses))];
  } finally {
    screen.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

/** From the start page to the nodes page, with the keys trusted and every node seen. */
async function toSeenNodes(screen: Screen, count: number): Promise<void> {
  await screen.see('New site');
  await screen.see('select');
  screen.press(keys.enter);
  await screen.see(`Host keys: ${count} new`);
  screen.press('f');
  await screen.see('SHA256:');
  screen.press('t');
  await screen.see('✓ sudo');
  // The last rows of a long list, too.
  screen.press(keys.end);
  await screen.see(/✓ sudo/);
  await screen.dontSee('connecting');
  screen.press(keys.home);
}

const pressOf = (press: number): string => (Math.floor(press / 3) % 2 === 0 ? keys.down : keys.up);

async function rowsOf(
  screen: Screen,
  drawn: Set<(screen: Screen) => void>,
  page: string,
  presses: number,
): Promise<Row[]> {
  await wait(500);
  const times: number[] = [];
  for (let press = 0; press < presses; press++) {
    const ms = await latency(screen, pressOf(press));
    if (ms !== undefined) times.push(ms);
  }
  if (times.length < presses / 2) throw new Error(`most keys bring no frame, showing:\n${screen.text()}`);
  const most = percentile(times, 0.9);
  const figure = `median ${percentile(times, 0.5).toFixed(0)} ms, ninth tenth ${most.toFixed(0)} ms`;
  const flickers = await flickering(screen, drawn);
  return [
    { what: `a key on the ${page} (ms)`, figure, value: most, goal: 16 },
    { what: `lines that flicker, 24 keys on the ${page}`, figure: String(flickers), value: flickers, goal: 0 },
  ];
}

/** How many lines were for a moment neither what they had been nor what they became, outside a frame that the terminal holds back. */
async function flickering(screen: Screen, drawn: Set<(screen: Screen) => void>): Promise<number> {
  let flickers = 0;
  for (let press = 0; press < 24; press++) {
    const seen = [screen.text().split('\n')];
    const watch = (one: Screen): void => {
      if (one.output.lastIndexOf('\u001b[?2026h') <= one.output.lastIndexOf('\u001b[?2026l'))
        seen.push(one.text().split('\n'));
    };
    drawn.add(watch);
    await latency(screen, pressOf(press));
    await screen.drawn();
    drawn.delete(watch);
    const [before, after] = [seen[0], seen.at(-1)];
    for (const lines of seen.slice(1, -1))
      flickers += lines.filter((line, at) => line !== before?.[at] && line !== after?.[at]).length;
  }
  return flickers;
}
