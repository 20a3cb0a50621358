// Ratios to the floor (`node -e 0` of the pinned Node) in one run: medians, the commands in turn. Nothing here passes or fails.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { keys } from '../terminal/screen.ts';
import type { Program } from './packages.ts';
import { median, type Row } from './row.ts';

const home = resolve(import.meta.dirname, '../..');
const node = join(home, 'node_modules/.bin/node');

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

/** The last line of the page is there. */
const whole: Until = { seen: (output) => output.includes('help') };
/** A key is answered: the pointer stands where it led. */
const answered: Until = { seen: (output) => /❯ ?Load a site file/.test(plain(output)), type: keys.down };
/** The page is Ink's: the pointer is painted, painted where the key led it, and drawn. */
const drawn: Until = { seen: (output) => output.split('❯').length > 3, type: keys.down };
/** The first frame of Ink has come. */
const inkDraws: Until = { seen: (output) => output.includes('\u001b[?2026h') };
/** What the journal of the run says is there. */
const read: Until = { seen: (output) => plain(output).includes('has ended') };
/** The page behind the first one. */
const nodes: Until = { seen: (output) => output.includes('1/8'), type: keys.enter };
const plain = (output: string): string => stripVTControlCharacters(output);

/** Where the commands look. */
interface Roots {
  readonly empty: string;
  readonly drafted: string;
  readonly rehearsal: string;
  /** With a run that has ended. */
  readonly run: string;
}

interface Case {
  readonly what: string;
  readonly run: () => Promise<number>;
  /** In starts of Node.js. */
  readonly goal?: number;
}

/** The figures of start-up of each program. `rounds`: how often each command is started. */
export async function startUp(rounds: number, programs: readonly Program[]): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const under = (name: string) => join(root, name);
  const roots = {
    empty: under('empty'),
    drafted: under('drafted'),
    rehearsal: under('rehearsal'),
    run: under('run'),
  };
  mkdirSync(join(roots.drafted, 'etc/kloudspot'), { recursive: true });
  const draft = 'version: 1\nname: berlin\nproduct: kloudspot\nnodes:\n  - reach: 10.0.4.21\n';
  writeFileSync(join(roots.drafted, 'etc/kloudspot/site.draft.yaml'), draft);
  for (const { launcher } of programs) await time(launcher, [...statusOf(roots), '--accept-new-host-keys']);
  const [first] = programs;
  if (first) await time(first.launcher, runOf(roots));
  const cases: readonly Case[] = [
    { what: '`node -e 0`, the floor', run: () => time(node, ['-e', '0']) },
    ...programs.flatMap((program) => casesOf(program, roots)),
  ];
  const times = await inTurn(rounds, cases);
  rmSync(root, { recursive: true, force: true });
  const floor = median(times[0] ?? []);
  return cases.map(({ what, goal }, index): Row => {
    const ms = median(times[index] ?? []);
    const figure = `${ms.toFixed(0)} ms, ${(ms / floor).toFixed(2)} × the floor`;
    return { what, figure, value: ms / floor, ...(goal !== undefined && { goal }) };
  });
}

/** At a speed at which no simulated time is waited for: it is not the program's. */
const statusOf = ({ rehearsal }: Roots): string[] => [
  'status',
  '--rehearse',
  '--plain',
  '--speed',
  '100000',
  '--root',
  rehearsal,
];

const runOf = ({ run }: Roots): string[] => [
  'init',
  '--yes',
  '--accept-new-host-keys',
  '--rehearse',
  '--speed',
  '100000',
  '--root',
  run,
];

function casesOf({ name, launcher, judged }: Program, roots: Roots): Case[] {
  const init = (root: string, until: Until) => () => time(launcher, ['init', '--root', root], until);
  const attach = (until: Until) => () => time(launcher, ['attach', '--root', roots.run], until);
  const enter = async (): Promise<number> => {
    const root = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
    try {
      return await time(launcher, ['init', '--root', root], nodes);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
  const cases: readonly Case[] = [
    { what: '`kloudspot --help`', run: () => time(launcher, ['--help']), goal: 1.12 },
    { what: '`kloudspot init --help`', run: () => time(launcher, ['init', '--help']), goal: 1.35 },
    { what: '`kloudspot status` of a rehearsal', run: () => time(launcher, statusOf(roots)), goal: 5 },
    { what: 'whole first page', run: init(roots.empty, whole), goal: 1.5 },
    { what: 'whole first page beside a draft', run: init(roots.drafted, whole), goal: 2.2 },
    { what: 'first key answered', run: init(roots.empty, answered), goal: 4.5 },
    { what: 'first page in the hands of Ink', run: init(roots.empty, drawn), goal: 4.5 },
    { what: 'Enter answered by the page Nodes', run: enter },
    { what: 'page of `attach` painted', run: attach(whole), goal: 2.2 },
    { what: 'page of `attach` in the hands of Ink', run: attach(inkDraws), goal: 4.5 },
    { what: '`attach` shows the run', run: attach(read) },
  ];
  return cases.map(({ what, run, goal }) => ({
    what: `${what}${name}`,
    run,
    ...(judged && goal !== undefined && { goal }),
  }));
}

/** ms of each round; the first one warms up. */
async function inTurn(rounds: number, cases: readonly Case[]): Promise<number[][]> {
  const times = cases.map(() => [] as number[]);
  for (let round = -1; round < rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const ms = await run();
      if (round >= 0) times[index]?.push(ms);
    }
  }
  return times;
}
