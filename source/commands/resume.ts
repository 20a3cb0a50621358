import { Fault } from '../fault/fault.ts';
import type { Passwords } from '../host/secrets.ts';
import type { Plan } from '../plan/document/document.ts';
import { readJournal } from '../run/journal/journal.ts';
import { findRun, type RunSummary, summarizeRun, unfinishedRun } from '../run/runs.ts';
import { applyEvent, emptyView, failedSteps } from '../run/view/view.ts';
import { continueRun } from '../run/worker/launch.ts';
import { readOrigin } from '../run/worker/origin.ts';
import { steerRun } from '../run/worker/steer.ts';
import { program } from './carrying-out/program.ts';
import { planOfRun } from './carrying-out/run-plan.ts';
import { processesOf, watchRun } from './carrying-out/run-watching.ts';
import { globalFlags, type Settings, settingsFrom } from './line/flags.ts';
import { processTerminal, type Terminal } from './line/terminal.ts';
import { defineVerb } from './line/verb.ts';
import { ensureAccess } from './reach/access.ts';
import { givenPasswords } from './reach/site.ts';
import { openWorld } from './reach/world.ts';

export default defineVerb({
  name: 'resume',
  description:
    'Go on with a run that was interrupted, stopped, or ended with a failed step: the last one, or the one named. What is done is looked at again and not repeated. Exit codes: 0 done, 2 there is nothing to resume, 4 a step failed, 5 another run holds the lock, 6 the nodes changed or a password is missing, 130 stopped.',
  flags: {
    ...globalFlags,
    run: { type: 'positional', required: false, description: 'The run, or the end of its id. Default: the last one.' },
    'take-over': { type: 'boolean', description: 'Take the lock from a run that is gone or silent.' },
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const run = await resumable(settings, args.run);
    const plan = await planOfRun(run);
    if (run.state === 'running') {
      if (settings.yes) await pushOn(run, plan, settings);
      return watchRun(run, plan, settings, terminal, 'attached');
    }
    const passwords = await passwordsFor(run, plan, settings, terminal);
    const attended = terminal.interactive && !settings.yes && !settings.json;
    const earlier = await processesOf(run);
    await continueRun(run, {
      files: settings.files,
      passwords,
      program,
      attended,
      takeOver: args['take-over'] ?? false,
    });
    return watchRun(run, plan, settings, terminal, 'begun', earlier);
  },
});

async function resumable({ files }: Settings, name: string | undefined): Promise<RunSummary> {
  const run = name === undefined ? await unfinishedRun(files) : await summarizeRun(await findRun(files, name));
  if (run === undefined)
    throw new Fault({ what: 'There is no run to resume.', where: files.runs, next: ['kloudspot apply  begins one.'] });
  if (run.state === 'done' || run.state === 'undone')
    throw new Fault({
      what: `Run ${run.id} ${run.state === 'done' ? 'came to its end' : 'was taken back'}: there is nothing to resume.`,
      next: ['kloudspot apply  makes a new plan and carries it out.'],
    });
  return run;
}

/** A run that lives but waits for somebody: what failed is tried again, a pause ends. */
async function pushOn(run: RunSummary, plan: Plan, { files }: Settings): Promise<void> {
  const view = (await readJournal(run.directory)).reduce(applyEvent, emptyView(plan));
  if (view.state === 'paused') await steerRun(files, run.id, { order: 'continue' });
  for (const { step } of failedSteps(view)) await steerRun(files, run.id, { order: 'retry', step: step.id });
}

/** Passwords live in memory only: those of the earlier process are gone, and are asked for again where they are needed. */
export async function passwordsFor(
  run: RunSummary,
  plan: Plan,
  settings: Settings,
  terminal: Terminal,
): Promise<Passwords> {
  const { rehearsal } = await readOrigin(run.directory);
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal });
  try {
    await ensureAccess({ targets: plan.targets, world, passwords, settings, terminal });
  } finally {
    await world.close();
  }
  return passwords;
}
