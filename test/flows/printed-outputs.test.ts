import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consolesIn } from '../structure/doc-blocks.ts';
import { letPass, setPowerUnder } from './power.ts';
import { differences } from './printed-output.ts';
import { home, launcher } from './program.ts';

type Preparation = () => Promise<void>;

/**
 * What was done before, where a document shows more than a first command; of several, each before the block of its place, on a
 * machine where nothing was done yet. The scenario `dies-in-join` ends with a failed step.
 */
const before: Readonly<Record<string, Preparation | readonly Preparation[]>> = {
  'apply.md': () => built('kloudspot init --rehearse --yes'),
  'attach.md': () => built('kloudspot init --rehearse dies-in-join --yes', 4),
  'backup.md': () => built('kloudspot init --rehearse --yes'),
  'bundle-show.md': () =>
    run('kloudspot bundle create --output berlin.bundle --ubuntu 22.04 --rehearse no-internet --yes'),
  'certificates.md': () => built('kloudspot init --rehearse --yes'),
  'drill.md': () => built('kloudspot init --rehearse --yes'),
  'history.md': () => built('kloudspot init --rehearse --yes'),
  'node-add.md': () => built('kloudspot init --rehearse spare-machines --yes'),
  'node-remove.md': async () => {
    await built('kloudspot init --rehearse spare-machines --yes');
    await run('kloudspot node add ks-4 --reach 10.0.4.24 --address 10.0.4.24/24 --rehearse --yes');
  },
  'node-replace.md': () => built('kloudspot init --rehearse spare-machines --yes'),
  'plan.md': () => run('kloudspot storage list --rehearse'),
  'preflight.md': () => run('kloudspot storage list --rehearse no-avx'),
  'rebalance.md': () => built('kloudspot init --rehearse --yes'),
  'restore.md': () => built('kloudspot init --rehearse --yes'),
  'resume.md': [killedRun, lostNode],
  'start.md': () => built('kloudspot init --rehearse --yes'),
  'status.md': () => built('kloudspot init --rehearse dies-in-join --yes', 4),
  'stop.md': () => built('kloudspot init --rehearse --yes'),
  'storage-estimate.md': () => run('kloudspot storage list --rehearse small-volume-group'),
  'storage-grow.md': () => built('kloudspot init --rehearse --yes'),
  'storage-list.md': () => run('kloudspot preflight --rehearse'),
  'undo.md': () => built('kloudspot init --rehearse --yes'),
  'update.md': () => built('kloudspot init --rehearse --yes'),
};

const work = await mkdtemp(join(tmpdir(), 'kloudspot-printed-'));
afterAll(() => rm(work, { recursive: true, force: true, maxRetries: 20 }));
const [user, bin] = [join(work, 'user'), join(work, 'bin')];
/** Where a rehearsal lies that is given no root. */
const root = join(user, '.local/state/kloudspot-rehearsal');

/** The program as an operator calls it, but that a rehearsal takes no time. */
beforeAll(async () => {
  await mkdir(bin);
  await writeFile(join(bin, 'kloudspot'), `#!/bin/sh\nexec ${launcher} "$@" --speed="$SPEED"\n`);
  await chmod(join(bin, 'kloudspot'), 0o755);
});
beforeEach(() => rm(user, { recursive: true, force: true, maxRetries: 20 }));

const environment = (speed: string) => ({
  HOME: user,
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  LANG: 'C.UTF-8',
  SPEED: speed,
});

function shell(command: string, speed = '1000000') {
  const env = environment(speed);
  return execa('bash', ['-c', command], { env, extendEnv: false, reject: false, stdin: 'ignore', cwd: work });
}

/**
 * What stands on a terminal once every question was answered as the document shows it behind that question, and by Enter alone where
 * it is not shown.
 */
async function answered(command: string, shown: readonly string[]): Promise<string> {
  const env = environment('1000000');
  const asked = execa('bash', ['-c', `exec 2>&1; ${command}`], { env, extendEnv: false, reject: false, cwd: work });
  let screen = '';
  asked.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const question = /[^\n]*: $/.exec(screen)?.[0];
    if (question === undefined) return;
    const answer = shown.find((line) => line.startsWith(question))?.slice(question.length) ?? '';
    asked.stdin.write(`${answer}\n`);
  });
  await asked;
  return screen;
}

/** Host keys are trusted: a document leaves that question out. */
async function run(command: string, code = 0): Promise<void> {
  const { exitCode, stdout, stderr } = await shell(`${command} --accept-new-host-keys`);
  expect(exitCode, `${command}\n${stdout}\n${stderr}`).toBe(code);
}

/** Runs it once; for the next document that begins so, what it left is copied. */
async function built(command: string, code = 0): Promise<void> {
  const kept = join(work, command.replaceAll(/\W+/g, '-'));
  if ((await readdir(kept).catch(() => undefined)) !== undefined) return cp(kept, user, { recursive: true });
  await run(command, code);
  await cp(user, kept, { recursive: true, filter: (path) => !path.endsWith('.sock') });
}

/** The process of a run is killed while its first steps are under way. */
async function killedRun(): Promise<void> {
  const building = shell('kloudspot init --rehearse --yes --accept-new-host-keys', '20');
  const runs = join(root, 'var/lib/kloudspot/runs');
  const events = async (): Promise<{ type: string; process?: number }[]> => {
    const [id = ''] = await readdir(runs).catch(() => []);
    const text = await readFile(join(runs, id, 'journal.jsonl'), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line, index, { length }) => (index === length - 1 ? [] : [JSON.parse(line)]));
  };
  let seen = await events();
  // For a busy machine: it only ends a test that hangs.
  for (const until = performance.now() + 590_000; performance.now() < until; seen = await events()) {
    if (seen.some(({ type }) => type === 'command')) break;
    await wait(5);
  }
  process.kill(seen.find(({ type }) => type === 'run-started')?.process ?? Number.NaN, 'SIGKILL');
  await building;
  // What goes on need not take so long: the speed of a run is that of its first command.
  const origin = join(runs, (await readdir(runs))[0] ?? '', 'run.json');
  await writeFile(origin, (await readFile(origin, 'utf8')).replace('"speed":20', '"speed":1000000'));
}

/** A run has failed; the node that was cut off came back, and was switched off. */
async function lostNode(): Promise<void> {
  await built('kloudspot init --rehearse dies-in-join --yes', 4);
  await letPass(root, 300_000);
  await setPowerUnder(root, 'ks-3', false);
}

const documents = ['README.md', ...(await readdir(join(home, 'docs'))).map((name) => `docs/${name}`)];
const shown = await Promise.all(
  documents
    .filter((name) => name.endsWith('.md'))
    .map(async (name) => ({ name, consoles: consolesIn(await readFile(join(home, name), 'utf8')) })),
);

describe('a `console` block shows what the program prints', () => {
  it.each(shown.filter(({ consoles }) => consoles.length > 0))(
    '$name',
    async ({ name, consoles }) => {
      const own = [before[name.replace('docs/', '')] ?? []].flat();
      for (const [at, { command, lines }] of consoles.entries()) {
        if (at > 0 && own[at]) await rm(user, { recursive: true, force: true, maxRetries: 20 });
        await own[at]?.();
        const stdout = / --plain\b/.test(command)
          ? await answered(command, lines)
          : (await shell(`exec 2>&1; ${command}`)).stdout;
        expect(differences(lines, stdout.replaceAll(user, '~')), `${command}\n${stdout}`).toEqual([]);
      }
    },
    600_000,
  );

  it.each([
    [['a', 'b'], 'a\nb\n', []],
    [['a', '…', 'took 5 s'], 'a\nb\ntook 1:40\n', []],
    [['…', 'ks-1 … ks-3'], 'a\nks-1   ks-2   ks-3', []],
    [['a', 'c'], 'a\nb\nc', ['a', 'c']],
    [['a'], 'a\nb', ['a']],
    [['b', '…'], 'a\nb', ['b']],
    [['…', 'c', '…', 'a', '…'], 'a\nb\nc', ['a']],
    [['ks-1: reached as a', 'ks-2: reached as a', 'b'], 'ks-2: reached as a\nks-1: reached as a\nb', []],
  ])('%j of %j', (lines, printed, missing) => {
    expect(differences(lines, printed)).toEqual(missing);
  });

  it('of every document that something is done before', () => {
    const withConsoles = shown.filter(({ consoles }) => consoles.length > 0).map(({ name }) => name);
    expect(Object.keys(before).filter((name) => !withConsoles.includes(`docs/${name}`))).toEqual([]);
    expect(withConsoles.length).toBeGreaterThan(10);
  });
});
