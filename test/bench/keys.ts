// ms from a key to the last byte of its frame, on the nodes and volume pages, through a real pseudo-terminal. Nothing here passes or fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { keys, Screen } from '../terminal/screen.ts';
import { toNodes } from '../terminal/to-nodes.ts';
import type { Row } from './row.ts';

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

/** ms from a key to the last byte of its frame, at the median and the ninth tenth, on the nodes and volume pages. */
export async function keyTimes(presses: number): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const screen = new Screen(['init', '--rehearse', '--root', root, '--speed', '100000']);
  try {
    await toNodes(screen);
    const nodes = await row(screen, 'nodes', presses);
    for (const next of ['2/8', '3/8', '4/8']) {
      screen.press('n');
      await screen.see(next);
    }
    return [nodes, await row(screen, 'volumes', presses)];
  } finally {
    screen.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function row(screen: Screen, page: string, presses: number): Promise<Row> {
  await wait(500);
  const times: number[] = [];
  for (let press = 0; press < presses; press++) {
    const ms = await latency(screen, Math.floor(press / 3) % 2 === 0 ? keys.down : keys.up);
    if (ms !== undefined) times.push(ms);
  }
  if (times.length < presses / 2) throw new Error(`most keys bring no frame, showing:\n${screen.text()}`);
  const most = percentile(times, 0.9);
  const figure = `median ${percentile(times, 0.5).toFixed(0)} ms, ninth tenth ${most.toFixed(0)} ms`;
  return { what: `a key on the ${page} page (ms)`, figure, value: most, goal: 16 };
}
