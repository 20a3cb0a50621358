// Ratios to the floor (`node -e 0` of the pinned Node) in one run: medians, the commands in turn. Nothing here passes or fails.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { keys } from '../terminal/screen.ts';
import { median, type Row } from './row.ts';

const home = resolve(import.meta.dirname, '../..');
const node = join(home, 'node_modules/.bin/node');
const launcher = join(home, 'bin/kloudspot');

/** When a start counts as there. */
interface Until {
  readonly seen: (output: string) => boolean;
  /** Typed at the start. */
  readonly type?: string;
}

/** ms until the output is as wanted, or until the end where nothing is wanted. */
function time(command: string, args: readonly string[], until?: Until): Promise<number> {
  return new Promise((done) => {
    const started = performance.now();
    const { CI, NODE_COMPILE_CACHE, ...env } = process.env;
    const set = { ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
    const pty = spawn(command, [...args], { cols: 80, rows: 24, env: set });
    let output = '';
    let at: number | undefined;
    if (until?.type) pty.write(until.type);
    pty.onData((data) => {
      output += data;
      if (at !== undefined || !until?.seen(output)) return;
      at = performance.now() - started;
      pty.kill('SIGKILL');
    });
    pty.onExit(() => done(at ?? performance.now() - started));
  });
}

/** The last line of the page stands there. */
const whole: Until = { seen: (output) => output.includes('help') };
/** A key is answered: the pointer stands where it led. */
const answered: Until = { seen: (output) => /❯ ?Load a site file/.test(plain(output)), type: keys.down };
/** The page is Ink's: the pointer is painted, painted where the key led it, and drawn. */
const drawn: Until = { seen: (output) => output.split('❯').length > 3, type: keys.down };
/** The page behind the first one. */
const nodes: Until = { seen: (output) => output.includes('1/8'), type: keys.enter };
const plain = (output: string): string => stripVTControlCharacters(output);

/** The figures of start-up. `rounds`: how often each command is started. */
export async function startUp(rounds: number): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const [empty, drafted, rehearsal] = ['empty', 'drafted', 'rehearsal'].map((name) => join(root, name));
  mkdirSync(join(drafted ?? root, 'etc/kloudspot'), { recursive: true });
  const draft = 'version: 1\nname: berlin\nproduct: kloudspot\nnodes:\n  - reach: 10.0.4.21\n';
  writeFileSync(join(drafted ?? root, 'etc/kloudspot/site.draft.yaml'), draft);
  const status = ['status', '--rehearse', '--plain', '--root', rehearsal ?? root];
  await time(launcher, [...status, '--accept-new-host-keys']);
  const cases: readonly { what: string; run: () => Promise<number>; goal?: number }[] = [
    { what: '`node -e 0`, the floor', run: () => time(node, ['-e', '0']) },
    { what: '`kloudspot --help`', run: () => time(launcher, ['--help']), goal: 1.12 },
    { what: '`kloudspot init --help`', run: () => time(launcher, ['init', '--help']), goal: 1.35 },
    { what: '`kloudspot status` of a rehearsal', run: () => time(launcher, status), goal: 5 },
    { what: 'whole first page', run: () => time(launcher, ['init', '--root', empty ?? root], whole), goal: 1.5 },
    {
      what: 'whole first page beside a draft',
      run: () => time(launcher, ['init', '--root', drafted ?? root], whole),
      goal: 2.2,
    },
    { what: 'first key answered', run: () => time(launcher, ['init', '--root', empty ?? root], answered), goal: 4.5 },
    {
      what: 'first page in the hands of Ink',
      run: () => time(launcher, ['init', '--root', empty ?? root], drawn),
      goal: 4.5,
    },
    {
      what: 'Enter answered by the page Nodes',
      run: () => time(launcher, ['init', '--root', mkdtempSync(join(root, 'fresh-'))], nodes),
    },
  ];
  const times = cases.map(() => [] as number[]);
  for (let round = -1; round < rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const ms = await run();
      if (round >= 0) times[index]?.push(ms);
    }
  }
  rmSync(root, { recursive: true, force: true });
  const floor = median(times[0] ?? []);
  return cases.map(({ what, goal }, index): Row => {
    const ms = median(times[index] ?? []);
    const figure = `${ms.toFixed(0)} ms, ${(ms / floor).toFixed(2)} × the floor`;
    return { what, figure, value: ms / floor, ...(goal !== undefined && { goal }) };
  });
}
