import { join } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { foldersIn, textOfFile } from '../host/read-text.ts';
import { rolledBackMark } from '../plan/step.ts';
import type { Files } from '../site/files.ts';
import { kloudspot } from '../text/command.ts';
import type { RunEvent, RunHandle, RunOutcome } from './journal/event.ts';
import { journalLines } from './journal/journal.ts';
import { readPast } from './journal/past.ts';
import { planPath } from './journal/run-paths.ts';
import { isStarting, lifeOfRun } from './process/run-process.ts';

/** Where a run stands, as its folder shows it. */
export interface RunSummary extends RunHandle {
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** `running`: its process lives. `prepared`: no process has begun it. */
  readonly state: 'running' | 'prepared' | RunOutcome;
}

/** All runs, oldest first. Throws what Node throws where their folder cannot be read. A folder whose name begins with a dot is still being put together. */
export async function listRuns(files: Files): Promise<RunHandle[]> {
  const names = await foldersIn(files.runs);
  return names
    .map((id) => ({ id, directory: join(files.runs, id) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

export async function summarizeRun(run: RunHandle): Promise<RunSummary> {
  let first: RunEvent | undefined;
  let last: RunEvent | undefined;
  let known: number | undefined;
  for await (const { event } of journalLines(run.directory, 0)) {
    first ??= event;
    last = event ?? last;
    if (event?.type === 'run-started') known = event.process;
  }
  const state = await stateOf(run, last, known);
  return {
    ...run,
    startedAt: first?.at,
    endedAt: state === 'running' || state === 'prepared' ? undefined : last?.at,
    state,
  };
}

async function stateOf(
  run: RunHandle,
  last: RunEvent | undefined,
  known: number | undefined,
): Promise<RunSummary['state']> {
  if (last?.type === 'run-ended') return (await isStarting(run.directory, known)) ? 'running' : last.outcome;
  const { life } = await lifeOfRun(run.directory);
  if (life === 'none') return 'prepared';
  return life === 'gone' ? 'lost' : 'running';
}

/** The newest run that was begun, or undefined where there is none. */
export async function latestRun(files: Files): Promise<RunSummary | undefined> {
  for (const run of (await listRuns(files)).reverse()) {
    const summary = await summarizeRun(run);
    if (summary.state !== 'prepared') return summary;
  }
  return undefined;
}

/** The newest run that was begun. A journal, which may have MB, is read only where no process has claimed its run. */
export async function newestBegun(files: Files): Promise<RunHandle | undefined> {
  for (const run of (await listRuns(files)).reverse()) if (await wasBegun(run)) return run;
  return undefined;
}

const wasBegun = async (run: RunHandle): Promise<boolean> =>
  (await lifeOfRun(run.directory)).life !== 'none' || (await summarizeRun(run)).state !== 'prepared';

/** The newest run, when it neither came to its end nor was undone. */
export async function unfinishedRun(files: Files): Promise<RunSummary | undefined> {
  const latest = await latestRun(files);
  return latest?.state === 'done' || latest?.state === 'undone' ? undefined : latest;
}

/** The newest run that neither came to its end nor was undone or rolled back, whatever was done after it. */
export async function endedEarly(files: Files): Promise<RunSummary | undefined> {
  for (const run of (await listRuns(files)).reverse()) {
    const summary = await summarizeRun(run);
    if (!['prepared', 'done', 'undone'].includes(summary.state) && !(await wasRolledBack(run))) return summary;
  }
  return undefined;
}

/** Whether a step of it has put an earlier state in force again: what the run wrote on this machine says otherwise then. */
export async function wasRolledBack(run: RunHandle): Promise<boolean> {
  const past = await readPast(run.directory);
  return past.order().some((step) => past.of(step).remembered.has(rolledBackMark));
}

/** A run by its id or the end of it (`7f3a`). Throws a `Fault` that lists the runs there are. */
export async function findRun(files: Files, name: string): Promise<RunHandle> {
  const runs = await listRuns(files);
  const found = runs.filter((run) => run.id === name || run.id.endsWith(name));
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  throw new Fault({
    what: run === undefined ? `Unknown run ${name}.` : `${name} could be more than one run.`,
    where: files.runs,
    next:
      runs.length === 0
        ? [`${kloudspot('apply')}  starts one`]
        : [
            'Known runs, newest first:',
            ...runs
              .slice(-5)
              .map(({ id }) => id)
              .reverse(),
          ],
  });
}

/** The text of the run's plan, to be parsed where plans are known. */
export async function readPlanText(run: RunHandle): Promise<string> {
  return textOfFile(planPath(run.directory));
}
