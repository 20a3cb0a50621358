import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type JournalLine, Rehearsal } from '../flows/program.ts';

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const phases = ['run', 'resume', 'undo'] as const;
export const victims = ['worker', 'front end', 'both'] as const;
const speeds = [60, 90, 1_000_000];

export const choose = <Item>(items: readonly Item[], number: number): Item | undefined =>
  items[Math.floor(number * items.length)];

/** What is wrong after a run was killed at a moment that follows from the seed and was continued; empty where nothing is. */
export async function killTrial(seed: number): Promise<readonly string[]> {
  const next = numbersFrom(seed);
  const phase = phases[seed % phases.length] ?? 'run';
  const speed = choose(speeds, next()) ?? 60;
  const rehearsal = phase === 'undo' ? await Rehearsal.built() : await Rehearsal.begin('healthy', speed);
  if (phase === 'undo') await rehearsal.setSpeed(speed);
  else await kill(rehearsal, ['init', '--yes'], next);
  if (phase === 'resume') await kill(rehearsal, ['resume', '--yes'], next);
  if (phase === 'undo')
    await kill(rehearsal, ['undo', '--yes', '--confirm-data-loss', await rehearsal.siteName()], next);
  // Virtual time stands still between two processes: what goes on meets what was left, at any speed.
  if ((await startedProcess(rehearsal)) !== undefined) await rehearsal.setSpeed(1_000_000);
  const faults = await goOn(rehearsal, phase === 'undo' ? 'undo' : 'resume');
  // Where no run could be begun, the faults say so.
  const again = twice(await rehearsal.journal().catch(() => []));
  const passed = phase === 'undo' ? undefined : await lockPasses(rehearsal, 'apply');
  return [...faults, ...again, ...(passed ?? []), ...(await leftovers(rehearsal, passed ? 2 : 1))];
}

/** Starts a verb and kills its own process, the run's, or both, after a while. */
async function kill(rehearsal: Rehearsal, [verb = '', ...flags]: readonly string[], next: () => number): Promise<void> {
  const front = rehearsal.start(verb, ...flags);
  const victim = choose(victims, next());
  await Promise.race([front, wait(300 + next() * 5_000)]);
  const begun = await startedProcess(rehearsal);
  if (victim !== 'worker') front.kill('SIGKILL');
  if (victim !== 'front end' && begun !== undefined) endProcess(begun);
  await front;
}

/** The last process of the newest run; undefined before its journal says it. */
export async function startedProcess(rehearsal: Rehearsal): Promise<number | undefined> {
  const lines = await rehearsal.journal().catch((): JournalLine[] => []);
  const begun = lines.findLast(({ type }) => type === 'run-started');
  return begun === undefined ? undefined : Number(begun['process']);
}

/** Kills a process that may have ended by itself. */
export function endProcess(process_: number): void {
  try {
    process.kill(process_, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

/** At most two more tries have to lead to the end. */
async function goOn(rehearsal: Rehearsal, how: 'resume' | 'undo'): Promise<readonly string[]> {
  const said: string[] = [];
  for (let tries = 0; tries < 2; tries++) {
    const end = (await rehearsal.journal().catch((): JournalLine[] => [])).at(-1);
    if (end?.type === 'run-ended' && end.outcome === (how === 'undo' ? 'undone' : 'done')) return [];
    const { code, stderr } = how === 'undo' ? await rehearsal.undo() : await resumed(rehearsal);
    if (code === 0) return [];
    said.push(`${how}: exit code ${code}: ${stderr.trim().slice(-500)}`);
  }
  return said;
}

/** Resumes; a run that was killed before it held the lock is started again, as resume advises. */
async function resumed(rehearsal: Rehearsal): ReturnType<Rehearsal['run']> {
  const resuming = await rehearsal.run('resume', '--yes');
  if (!resuming.stderr.includes('No run to resume.')) return resuming;
  const locked = existsSync(rehearsal.path('var/lib/kloudspot/lock'));
  return locked ? { ...resuming, stderr: 'a lock without a run to resume' } : rehearsal.run('init', '--yes');
}

/** A process that is killed behind the end of its run leaves the lock, which the next verb takes. Undefined where none is left. */
export async function lockPasses(rehearsal: Rehearsal, verb: string): Promise<readonly string[] | undefined> {
  if (!existsSync(rehearsal.path('var/lib/kloudspot/lock'))) return undefined;
  const { code, stderr } = await rehearsal.run(verb, '--yes');
  return code === 0 ? [] : [`${verb} after the end: exit code ${code}: ${stderr}`];
}

/** What no process needs any more: locks, temporary files, marks on nodes, folders beside those of so many runs. */
export async function leftovers(rehearsal: Rehearsal, runs = 1): Promise<readonly string[]> {
  const files = await rehearsal.everything();
  const locks = [...files.keys()].filter(
    (path) => /\/lock(\.after\..*)?$/.test(path) || /\/\.[^/]+\.\d+\.\d+$/.test(path),
  );
  const model = await readFile(rehearsal.path('var/lib/kloudspot/rehearsal/state.json'), 'utf8');
  const marks = ['"/var/lib/kloudspot/lock"', 'join-in-progress'].filter((mark) => model.includes(mark));
  const { length } = await readdir(rehearsal.path('var/lib/kloudspot/runs'));
  const folders = length > runs ? [`${length} folders of runs`] : [];
  return [...locks, ...marks, ...folders].map((what) => `left behind: ${what}`);
}

/** Steps of a run that were carried out more than once. */
export function twice(journal: readonly JournalLine[]): readonly string[] {
  const changed = journal
    .filter(({ type, outcome }) => type === 'step-done' && outcome === 'changed')
    .map(({ step }) => step);
  return changed.filter((step, place) => changed.indexOf(step) !== place).map((step) => `done twice: ${step}`);
}
