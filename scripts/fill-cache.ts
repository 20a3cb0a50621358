// Fills the runtime's compile cache by real starts on a terminal: the first page, the page behind it, a status, a run and its page.
// What an operator sees first is fast from the first start on; nothing is left behind where it does not work.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandLine } from '../source/text/quote.ts';

const launcher = resolve(import.meta.dirname, '../bin/kloudspot');
/** ms that a start may take; a slower one is ended. */
const patience = 30_000;

/** What is typed once a text is on the screen. */
type Talk = readonly (readonly [seen: string, typed: string])[];

const walk: Talk = [
  ['Have ready', '\r'],
  ['fingerprints', '\u0003'],
  ['The draft is saved', 'y'],
];

const root = mkdtempSync(join(tmpdir(), 'kloudspot-cache-'));
try {
  await inTerminal(['init', '--rehearse', '--root', root], walk);
  await inTerminal(['status', '--rehearse', '--plain', '--accept-new-host-keys', '--root', root], []);
  const run = ['--root', join(root, 'run')];
  await inTerminal(['init', '--yes', '--accept-new-host-keys', '--rehearse', '--speed', '100000', ...run], []);
  await inTerminal(['attach', ...run], [['has ended', 'q']]);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Runs the program on a pseudo-terminal of `script`, which every system has, and answers what it shows. */
function inTerminal(words: readonly string[], talk: Talk): Promise<void> {
  const { promise, resolve: done } = Promise.withResolvers<void>();
  const command = [
    'env',
    '-u',
    'CI',
    '-u',
    'NODE_COMPILE_CACHE',
    'TERM=xterm-256color',
    'LANG=C.UTF-8',
    `HOME=${root}`,
    launcher,
    ...words,
  ];
  const child = spawn('script', ['-qec', `stty rows 24 cols 80; ${commandLine(command)}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    signal: AbortSignal.timeout(patience),
  });
  let [shown, next] = ['', 0];
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString();
    const [seen, typed] = talk[next] ?? [];
    if (seen === undefined || !shown.includes(seen)) return;
    next += 1;
    shown = '';
    child.stdin.write(typed);
  });
  child.on('error', () => done());
  child.on('close', () => done());
  return promise;
}
