import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from './events.ts';
import { type JournalLine, Rehearsal } from './program.ts';

const firstCommand = (line: JournalLine) => line.type === 'command';
const processOf = (lines: readonly JournalLine[]) =>
  Number(lines.find(({ type }) => type === 'run-started')?.['process']);

/** All steps that were running when the signal came have ended well, and no other one has started. */
function letThemEnd(lines: readonly JournalLine[], outcome: string): void {
  const of = (type: string) => lines.filter((line) => line.type === type).map(({ step }) => step);
  expect(of('step-failed')).toEqual([]);
  expect(of('step-done').toSorted()).toEqual(of('step-started').toSorted());
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome });
}

it.each([
  ['Ctrl-C of an unattended run', ['--yes']],
  ['Ctrl-C of an unattended run in lines', ['--yes', '--plain']],
])('%s, once: running steps end, then the run', async (_, flags) => {
  const rehearsal = await Rehearsal.begin('healthy', 12);
  const running = rehearsal.start('init', ...flags);
  await until(rehearsal, firstCommand);
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  letThemEnd(await rehearsal.journal(), 'stopped');
});

/** Holds back the moment from which a process can be connected to, as a busy machine does. */
async function slowToListen(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'ks-slow-'));
  const path = join(folder, 'slow.mjs');
  const text = `import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (...words) { setTimeout(() => listen.apply(this, words), 3000); return this; };`;
  await writeFile(path, text);
  return { NODE_OPTIONS: `--import=${path}` };
}

it('Ctrl-C at the very first event of a run that is slow to listen is heard', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 12);
  const running = rehearsal.startIn(await slowToListen(), 'init', '--yes');
  await until(rehearsal, ({ type }) => type === 'run-started');
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  expect(exitCode, stderr).toBe(130);
  expect(stderr).toContain('Stops after the running steps.');
  letThemEnd(await rehearsal.journal(), 'stopped');
});

it('SIGTERM of the process that carries the run, once: the same', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 12);
  const running = rehearsal.start('init', '--yes');
  process.kill(processOf(await until(rehearsal, firstCommand)), 'SIGTERM');
  expect((await running).exitCode).toBe(130);
  letThemEnd(await rehearsal.journal(), 'interrupted');
});

it('Ctrl-C twice: running steps are ended, and resume goes on', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 12);
  const running = rehearsal.start('init', '--yes');
  await until(rehearsal, firstCommand);
  running.kill('SIGINT');
  // A second signal that comes before the first was taken up is the same one to the system.
  await said(running, 'Ctrl-C again stops now.');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  const lines = await rehearsal.journal();
  expect(lines.filter(({ type }) => type === 'step-failed').length).toBeGreaterThan(0);
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'stopped' });
  await rehearsal.setSpeed(1_000_000);
  expect((await rehearsal.run('resume', '--yes')).code).toBe(0);
});

it('SIGUSR1 opens no debugger, in the process that was called and in that of the run, and both go on', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 60);
  const running = rehearsal.start('init', '--yes');
  const worker = processOf(await until(rehearsal, firstCommand));
  process.kill(worker, 'SIGUSR1');
  running.kill('SIGUSR1');
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(0);
  expect([stderr, ...(await rehearsal.everything()).values()].join()).not.toMatch(/Debugger listening|inspector/i);
});

/** Waits until a running verb has said so, on either of its outputs. */
async function said({ stdout, stderr }: ReturnType<Rehearsal['start']>, words: string): Promise<void> {
  let text = '';
  for (const stream of [stdout, stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  await expect.poll(() => text).toContain(words);
}

/** What a stopped undo leaves, undone to the end by a second one. */
async function undoneByAnother(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.setSpeed(1_000_000);
  expect((await rehearsal.undo()).code).toBe(0);
  const lines = await rehearsal.journal();
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'undone' });
  const undone = lines.filter(({ type }) => type === 'step-undone').map(({ step }) => step);
  expect(undone).toEqual([...new Set(undone)]);
}

/** A whole site, whose undo takes about 12 s. */
async function installed(): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.built();
  await rehearsal.setSpeed(12);
  return rehearsal;
}

it('Ctrl-C of an undo, once: the step that is being undone ends, then the undo', async () => {
  const rehearsal = await installed();
  const { process: undoing } = await rehearsal.startUndo();
  await until(rehearsal, ({ type }) => type === 'undo-started');
  undoing.kill('SIGINT');
  expect((await undoing).exitCode).toBe(130);
  const lines = await rehearsal.journal();
  const of = (wanted: string) => lines.filter(({ type }) => type === wanted).map(({ step }) => step);
  expect(of('step-undone')).toEqual(of('undo-started'));
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'stopped' });
  await undoneByAnother(rehearsal);
});

it('an undo whose terminal went away goes on, and the same command shows it until its end', async () => {
  const rehearsal = await installed();
  const { process: undoing } = await rehearsal.startUndo();
  const worker = processOf((await until(rehearsal, ({ type }) => type === 'undo-started')).toReversed());
  // Held back until the second one shows it: a busy machine takes longer for that than the undo does.
  process.kill(worker, 'SIGSTOP');
  undoing.kill('SIGKILL');
  await undoing;
  const { process: again } = await rehearsal.startUndo();
  await said(again, 'is being undone');
  process.kill(worker, 'SIGCONT');
  expect(await again).toMatchObject({ stderr: '', exitCode: 0 });
  const lines = await rehearsal.journal();
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'undone' });
  expect(lines.filter(({ type }) => type === 'run-started')).toHaveLength(2);
});
