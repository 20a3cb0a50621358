import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, expect } from 'vitest';
import { stringify } from 'yaml';
import { commandsIn, understood } from '../cli/printed-commands.ts';
import { copyBuilt } from './built.ts';

export const home = resolve(import.meta.dirname, '../..');
export const launcher = join(home, 'bin/kloudspot');

/** One rehearsal in a folder of its own, driven through the built program as an operator's shell does it. */
export class Rehearsal {
  readonly root: string;
  readonly scenario: string;
  readonly #flags: readonly string[];

  private constructor(root: string, scenario: string, speed: number) {
    this.root = root;
    this.scenario = scenario;
    this.#flags = [
      `--rehearse=${scenario}`,
      `--speed=${speed}`,
      '--accept-new-host-keys',
      '--root',
      join(root, 'root'),
    ];
  }

  static async begin(scenario = 'healthy', speed = 1_000_000): Promise<Rehearsal> {
    const root = await mkdtemp(join(tmpdir(), 'kloudspot-flow-'));
    opened.push(root);
    return new Rehearsal(root, scenario, speed);
  }

  /**
   * A rehearsal of its own that stands where `init --yes` has ended. Each is built once for all tests and copied: by its scenario, and
   * by the name of a `change` to its site file.
   */
  static async built(scenario = 'healthy', name = 'as-drafted', change?: (text: string) => string): Promise<Rehearsal> {
    const rehearsal = await Rehearsal.begin(scenario);
    await copyBuilt(`${scenario}-${name}`, rehearsal.path(), async (root) => {
      const original = new Rehearsal(root, scenario, 1_000_000);
      const site = change === undefined ? [] : ['--site', await original.siteFile(change)];
      const { code, stdout, stderr } = await original.run('init', '--yes', ...site);
      expect(code, stdout + stderr).toBe(0);
    });
    return rehearsal;
  }

  /** Runs a verb without a terminal. Its home folder is empty, so that what it leaves there is seen. */
  async run(verb: string, ...flags: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.runIn({}, verb, ...flags);
  }

  /** The same with more in the environment. */
  async runIn(more: Readonly<Record<string, string>>, verb: string, ...flags: readonly string[]) {
    const { env, ...options } = this.#options();
    const result = await execa(launcher, this.#words(verb, flags), { ...options, env: { ...env, ...more } });
    if (result.exitCode !== 0) this.#expectUnderstood(`${result.stdout}\n${result.stderr}`);
    return { code: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
  }

  /** A command of the program's own words in a shell: no time is lost, and where it would ask it is told yes, unless `confirm` is false. */
  async asPrinted(command: string, { confirm = true } = {}) {
    const { env, ...options } = this.#options();
    const yes = !confirm || /^kloudspot status/.test(command) ? '' : ' --yes';
    const words = ['-c', `${command}${yes} --speed=1000000`];
    const withProgram = { ...env, PATH: `${join(home, 'bin')}:${env.PATH}` };
    const { exitCode = 128, stdout, stderr } = await execa('bash', words, { ...options, env: withProgram });
    return { code: exitCode, stdout, stderr };
  }

  /** Every command that a failure prints is one that the program understands, for this rehearsal. */
  #expectUnderstood(text: string): void {
    // JSON, and a word that is no verb or flag: what is printed then are names of verbs.
    if (/^[[{]|--help lists/.test(text)) return;
    // What is done elsewhere has the flags of that machine.
    const here = text.replaceAll(/On a machine with internet: .*/g, '');
    for (const command of commandsIn(here.split('\n'))) {
      const { settings } = understood(command, { PATH: '' });
      expect([command, settings.files.root, settings.rehearsal !== undefined]).toEqual([
        command,
        join(this.root, 'root'),
        true,
      ]);
    }
  }

  start(verb: string, ...flags: readonly string[]) {
    return this.startIn({}, verb, ...flags);
  }

  /** The same with more in the environment. */
  startIn(more: Readonly<Record<string, string>>, verb: string, ...flags: readonly string[]) {
    const { env, ...options } = this.#options();
    return execa(launcher, this.#words(verb, flags), { ...options, env: { ...env, ...more } });
  }

  /** Runs a verb into a pipe whose reader goes away at once. */
  async intoClosedPipe(verb: string, ...flags: readonly string[]): Promise<{ code: number; stderr: string }> {
    const script = '"$@" | true; exit "${PIPESTATUS[0]}"';
    // The one verb without a site, and without the flags that name it.
    const called = verb === 'completion' ? [verb, ...flags] : this.#words(verb, flags);
    const words = ['-c', script, 'bash', launcher, ...called];
    const { exitCode = 128, stderr } = await execa('bash', words, this.#options());
    return { code: exitCode, stderr };
  }

  /** Runs a verb behind some words of bash, such as a limit of the shell or a redirection: `ulimit -n 64; "$@"`. */
  async inShell(script: string, verb: string, ...flags: readonly string[]): ReturnType<Rehearsal['run']> {
    const words = ['-c', script, 'bash', launcher, ...this.#words(verb, flags)];
    const { exitCode = 128, stdout, stderr } = await execa('bash', words, this.#options());
    return { code: exitCode, stdout, stderr };
  }

  #words(verb: string, flags: readonly string[]): string[] {
    return [...verb.split(' '), ...this.#flags, ...flags];
  }

  #options() {
    const env = { HOME: join(this.root, 'home'), PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };
    return { env, extendEnv: false, reject: false, stdin: 'ignore', cwd: this.root } as const;
  }

  /** A site file of the rehearsal's own draft, changed as wanted, outside its root. */
  async siteFile(change: (text: string) => string = (text) => text): Promise<string> {
    const { stdout } = await this.run('plan', '--json');
    const path = join(this.root, 'site.yaml');
    await writeFile(path, change(stringify(JSON.parse(stdout).site)));
    return path;
  }

  /** The name of the site that the newest run is for. */
  async siteName(): Promise<string> {
    const id = (await this.runs()).at(-1) ?? '';
    return JSON.parse(await readFile(this.path('var/lib/kloudspot/runs', id, 'plan.json'), 'utf8')).site.name;
  }

  /** Undoes the last run with the flags that removing data wants. */
  async undo(): ReturnType<Rehearsal['run']> {
    return this.run('undo', ...(await this.#undoFlags()));
  }

  async startUndo() {
    // In an object: a process that is returned by itself would be waited for.
    return { process: this.start('undo', ...(await this.#undoFlags())) };
  }

  async #undoFlags(): Promise<string[]> {
    return ['--yes', '--confirm-data-loss', await this.siteName()];
  }

  /** From its next process on the newest run goes at another speed. */
  async setSpeed(speed: number): Promise<void> {
    const path = this.path('var/lib/kloudspot/runs', (await this.runs()).at(-1) ?? '', 'run.json');
    const origin = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...origin, rehearsal: { ...origin.rehearsal, speed } }));
  }

  path(...parts: readonly string[]): string {
    return join(this.root, 'root', ...parts);
  }

  /** Those that were made whole: a folder that is being put together has a dot before its name. */
  async runs(): Promise<string[]> {
    return runsBelow(this.path());
  }

  async journal(run?: string): Promise<JournalLine[]> {
    const id = run ?? (await this.runs()).at(-1) ?? '';
    return journalIn(this.path('var/lib/kloudspot/runs', id));
  }

  /** Every file below the folder of this flow, with its text. */
  async everything(): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>();
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile())
        files.set(join(entry.parentPath, entry.name), await readFile(join(entry.parentPath, entry.name), 'utf8'));
    }
    return files;
  }
}

/** Runs below a root (`--root`), oldest first. A folder that is being put together has a dot before its name. */
export async function runsBelow(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'var/lib/kloudspot/runs')).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).toSorted();
}

/** The journal in the folder of a run. */
export async function journalIn(directory: string): Promise<JournalLine[]> {
  const text = await readFile(join(directory, 'journal.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JournalLine => JSON.parse(line));
}

/** The journal of the newest run below a root. */
export const newestJournal = async (root: string): Promise<JournalLine[]> =>
  journalIn(join(root, 'var/lib/kloudspot/runs', (await runsBelow(root)).at(-1) ?? ''));

/** Begins a run and kills its process at the first event that is meant. */
export async function killAt(
  rehearsal: Rehearsal,
  at: (line: JournalLine) => boolean,
  ...flags: readonly string[]
): Promise<void> {
  await killWhen(rehearsal, rehearsal.start('init', '--yes', ...flags), at);
}

/** Kills the process of the run that was started last once such a line is in the journal. */
export async function killWhen(
  rehearsal: Rehearsal,
  running: Promise<unknown>,
  at: (line: JournalLine) => boolean,
): Promise<void> {
  // For a busy machine: it only ends a test that hangs.
  for (const until = performance.now() + 590_000; performance.now() < until; ) {
    const journal = await rehearsal.journal().catch((): JournalLine[] => []);
    if (journal.some(at)) {
      const begun = journal.findLast(({ process: own }) => typeof own === 'number');
      process.kill(Number(begun?.['process']), 'SIGKILL');
      await running;
      return;
    }
    await wait(5);
  }
  throw new Error('the moment to kill never came');
}

export interface JournalLine {
  readonly at: string;
  readonly type: string;
  readonly step?: string;
  readonly outcome?: string;
  readonly [key: string]: unknown;
}

const opened: string[] = [];
afterEach(async () => {
  // A run's process may still be closing what it has open.
  for (const root of opened.splice(0)) await rm(root, { recursive: true, force: true, maxRetries: 20 });
});
