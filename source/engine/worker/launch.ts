import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exitCode, Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { makeFolder } from '../../host/make-folder.ts';
import { identifyProcess } from '../../host/process-identity.ts';
import { runEnvironment, withRoom } from '../../host/program.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { Files } from '../../site/files.ts';
import { givenFlags, kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { durationWords } from '../../text/duration.ts';
import type { RunHandle } from '../journal/event.ts';
import { journalEnd, journalLines } from '../journal/journal.ts';
import { planPath } from '../journal/run-paths.ts';
import { type Origin, readOrigin, writeOrigin } from '../process/origin.ts';
import { holdsLock, runProcess, workerWords } from '../process/run-process.ts';
import { removeAbandoned, unfinishedFolder } from './abandoned.ts';
import { type RunDocument, storeDocuments } from './documents.ts';
import { readReport } from './fault-report.ts';

export interface LaunchOptions {
  readonly files: Files;
  /** Handed to the run's process through a pipe, never on disk or in its arguments. */
  readonly passwords: { snapshot(): unknown };
  /** How this very program is called, for example `[process.execPath, '/usr/lib/kloudspot/dist/cli.cjs']`. */
  readonly program: readonly string[];
  /** Someone is there to choose when a step fails; else the run ends then. */
  readonly attended: boolean;
  /** Take the lock from a run that is gone or silent; the operator was asked. */
  readonly takeOver?: boolean;
  /** ms that the run's process has to take the run over; two minutes unless told. */
  readonly startsWithin?: number;
}

/** What a run is made of, beside its plan: the site file that it is for, and the files that it writes once it holds the lock. */
export interface NewRun {
  readonly plan: Plan;
  readonly site?: string | undefined;
  /** The words of the verb that begins it, with its operand. */
  readonly verb?: string | undefined;
  readonly documents?: readonly RunDocument[] | undefined;
  readonly rehearsal?: Origin['rehearsal'] | undefined;
}

/** Stores the plan as a new run and starts the process that carries it out. Throws a `Fault` with that process's own words when it does not get going (exit code 5: locked). */
export async function launchRun(options: LaunchOptions & NewRun): Promise<RunHandle> {
  const run = await createRun(options);
  try {
    await startProcess(run, options, []);
  } catch (error) {
    // Its words are in the fault; a run that never began would only stand in the way of the lists. Where its process was killed
    // with the lock, it is there for `resume`, as it is for the lock.
    if ((await journalEnd(run.directory)) === 0 && !(await holdsLock(run.directory)))
      await rm(run.directory, { recursive: true, force: true });
    throw error;
  }
  return run;
}

/** Goes on with a run that ended early, in a new process. */
export async function continueRun(run: RunHandle, options: LaunchOptions): Promise<void> {
  await startProcess(run, options, []);
}

/** Undoes a run, in reverse order, in a new process; only `step` where one is named. */
export async function undoRun(run: RunHandle, options: LaunchOptions & { readonly step?: string }): Promise<void> {
  await startProcess(run, options, options.step === undefined ? ['--undo'] : ['--undo', '--step', options.step]);
}

async function createRun(options: LaunchOptions & NewRun): Promise<RunHandle> {
  const { files, rehearsal, site, verb, documents = [], plan } = options;
  await removeAbandoned(files);
  const id = newId(new Date());
  const directory = join(files.runs, id);
  const fresh = unfinishedFolder(files, id);
  makeFolder(fresh, 0o700);
  await writeOrigin(fresh, {
    version: 1,
    root: files.root,
    flags: [...givenFlags()],
    ...defined({ rehearsal, site, verb, launcher: identifyProcess(process.pid) }),
  });
  await storeDocuments(fresh, documents);
  await writeAtomic(planPath(fresh), `${JSON.stringify(plan, undefined, 1)}\n`, 0o600);
  await rename(fresh, directory);
  return { id, directory };
}

/** Sorts by time, and its last four letters are enough to name it: `20261122-143107-7f3a`. */
function newId(now: Date): string {
  const [date = '', time = ''] = now.toISOString().replaceAll(/[-:]/g, '').split('T');
  return `${date}-${time.slice(0, 6)}-${randomBytes(2).toString('hex')}`;
}

/**
 * The process gets a session of its own, so that neither the terminal's hang-up nor our own end reaches it, and writes to `run.log`.
 * Waits for its first event in the journal.
 */
async function startProcess(run: RunHandle, options: LaunchOptions, mode: readonly string[]): Promise<void> {
  const { rehearsal } = await readOrigin(run.directory);
  const [command = process.execPath, ...first] = rehearsal ? withRoom(options.program) : options.program;
  const before = await journalEnd(run.directory);
  const log = await open(join(run.directory, 'run.log'), 'a', 0o600);
  const logBefore = (await log.stat()).size;
  const child = spawn(command, [...first, ...workerWords(run.directory), ...mode, ...workerFlags(options)], {
    detached: true,
    cwd: '/',
    env: { ...process.env, ...runEnvironment },
    stdio: ['pipe', log.fd, log.fd],
  });
  // From now on at once: what keeps it from being started is told in the next turn.
  const ended = endOf(child);
  await log.close();
  handOver(child, options.passwords.snapshot());
  const { startsWithin = 120_000 } = options;
  const deadline = performance.now() + startsWithin;
  let end: string | Fault | undefined;
  while (!(await begunSince(run.directory, before))) {
    if (end instanceof Fault) throw end;
    if (end !== undefined) throw await earlyDeath(run, logBefore, end);
    if (performance.now() > deadline && !(await hasTakenOver(child, run))) throw notStarting(child, startsWithin);
    end = await Promise.race([ended, wait(20).then(() => undefined)]);
  }
  child.unref();
}

/** Whether that process has noted itself as the one of the run. From then on it may look at the nodes for as long as they take. */
const hasTakenOver = async ({ pid }: ChildProcess, { directory }: RunHandle): Promise<boolean> =>
  (await runProcess(directory).catch(() => undefined))?.process === pid;

/** Where the limit of processes is reached, Node.js waits without end for a thread that it could not begin. */
function notStarting(child: ChildProcess, within: number): Fault {
  child.kill('SIGKILL');
  return new Fault({
    what: `The run's process did not start within ${durationWords(within)}.`,
    why: `It was started as process ${child.pid}, and has not taken over the run. It was killed.`,
    next: [lookAtLimits],
    exitCode: exitCode.ourFault,
  });
}

const workerFlags = ({ attended, takeOver }: LaunchOptions): string[] => [
  ...(attended ? ['--attended'] : []),
  ...(takeOver ? ['--take-over'] : []),
];

async function begunSince(directory: string, from: number): Promise<boolean> {
  for await (const { event } of journalLines(directory, from)) if (event?.type === 'run-started') return true;
  return false;
}

const lookAtLimits = 'Check the limits of this shell (ulimit -a) and its memory, then run the same command again.';

/** How the process ended. Gives a `Fault` where it could not be started at all. */
function endOf(child: ChildProcess): Promise<string | Fault> {
  return once(child, 'exit').then(
    ([code, signal]) => (code === null ? `ended by ${String(signal)}` : `exit code ${code}`),
    (error: unknown) =>
      new Fault({
        what: "The run's process could not be started.",
        why: messageOf(error),
        next: [lookAtLimits],
        exitCode: exitCode.ourFault,
        cause: error,
      }),
  );
}

function handOver(child: ChildProcess, passwords: unknown): void {
  // A process that dies at once closes the pipe under our hands; its own words say why.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(`${JSON.stringify(passwords)}\n`);
}

async function earlyDeath({ id, directory }: RunHandle, from: number, end: string): Promise<Fault> {
  const log = (await readFile(join(directory, 'run.log'))).subarray(from).toString('utf8');
  const fault = readReport(log);
  if (fault !== undefined) return fault;
  return new Fault({
    what: `The run's process ended before it began (${end}).`,
    ...defined({ why: log.trim().split('\n').slice(-5).join('\n') || undefined }),
    ...((await holdsLock(directory))
      ? { next: [`${kloudspot(`resume ${id}`)}  continues it`], exitCode: exitCode.stepFailed }
      : { exitCode: exitCode.ourFault }),
  });
}
