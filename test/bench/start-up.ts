// Ratios against the floor (`node -e 0` of the pinned Node) in one run; medians, the three commands in turn. Nothing here passes or fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { keys, Screen } from '../terminal/screen.ts';

const home = resolve(import.meta.dirname, '../..');
const node = join(home, 'node_modules/.bin/node');
const launcher = join(home, 'bin/kloudspot');
const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
const rounds = Number(process.argv[2] ?? 15);

/** ms until the text stands on the terminal, or until the end where none is given. */
function time(command: string, args: readonly string[], text?: string): Promise<number> {
  return new Promise((done) => {
    const started = performance.now();
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => name !== 'CI' && name !== 'NODE_COMPILE_CACHE'),
    );
    const pty = spawn(command, [...args], {
      cols: 80,
      rows: 24,
      env: { ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    let seen = '';
    let at: number | undefined;
    pty.onData((data) => {
      seen += data;
      if (text !== undefined && at === undefined && seen.includes(text)) {
        at = performance.now() - started;
        pty.kill('SIGKILL');
      }
    });
    pty.onExit(() => done(at ?? performance.now() - started));
  });
}

const cases = [
  { name: 'floor: node -e 0', run: () => time(node, ['-e', '0']) },
  { name: 'kloudspot --help', run: () => time(launcher, ['--help']), goal: 'at most 1.25' },
  {
    name: 'first page of init',
    run: () => time(launcher, ['init', '--rehearse', '--root', root], 'New site'),
    goal: 'at most 4, better 3.5',
  },
];
// The second start is measured: the first one, left as an operator leaves it, fills the runtime's compile cache.
const first = new Screen(['init', '--rehearse', '--root', root]);
await first.see('begin');
first.press(keys.ctrlC);
await first.see('draft');
first.press(keys.ctrlC);
await first.exited();

const times = cases.map(() => [] as number[]);
for (let round = 0; round < rounds + 2; round++) {
  for (const [index, { run }] of cases.entries()) {
    const ms = await run();
    if (round >= 2) times[index]?.push(ms);
  }
}
rmSync(root, { recursive: true, force: true });
const median = (list: number[] = []) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const floor = median(times[0]);
for (const [index, { name, goal }] of cases.entries()) {
  const ms = median(times[index]);
  console.log(
    `${name.padEnd(22)} ${ms.toFixed(0).padStart(5)} ms   ratio ${(ms / floor).toFixed(2)}${goal ? `   (goal: ${goal})` : ''}`,
  );
}
