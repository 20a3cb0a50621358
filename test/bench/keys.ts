// ms from a key to the last byte of its frame, on the nodes and volume pages, through a real pseudo-terminal. Nothing here passes or fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import { keys, Screen } from '../terminal/screen.ts';

const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
const presses = Number(process.argv[2] ?? 60);

/** The floor of the machine at this hour: the runtime's own start, beside which the ms below are to be read. */
async function floor(): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const started = performance.now();
    await new Promise((done) => spawn(process.execPath, ['-e', '0'], {}).onExit(done));
    times.push(performance.now() - started);
  }
  return percentile(times, 0.5);
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

/** A frame is whole when nothing more has come for 25 ms. */
async function latency(screen: Screen, key: string): Promise<number> {
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
    if (now - started > 2000) throw new Error(`no frame for a key, showing:\n${screen.text()}`);
  }
}

const screen = new Screen(['init', '--rehearse', '--root', root, '--speed', '100000']);
await screen.see('begin');
screen.press(keys.enter);
await screen.see('Host keys: 3 new');
screen.press('f');
await screen.see('SHA256:');
screen.press('t');
await screen.see(/(✓ sudo[\s\S]*){3}/);
console.log(`floor: node -e 0   ${(await floor()).toFixed(0)} ms`);
for (const page of ['nodes', 'volumes']) {
  if (page === 'volumes') {
    for (const next of ['2/8', '3/8', '4/8']) {
      screen.press('n');
      await screen.see(next);
    }
  }
  await wait(500);
  const times: number[] = [];
  for (let press = 0; press < presses; press++)
    times.push(await latency(screen, Math.floor(press / 3) % 2 === 0 ? keys.down : keys.up));
  console.log(
    `${page.padEnd(10)} median ${percentile(times, 0.5).toFixed(1)} ms   p90 ${percentile(times, 0.9).toFixed(1)} ms   (goal: p90 within 16 ms)`,
  );
}
screen.kill();
rmSync(root, { recursive: true, force: true });
