import { connect } from '../../app/connect.ts';
import { watcherOf } from '../../app/follow.ts';
import { planOfRun } from '../../app/plan.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { givenPasswords } from '../../app/site.ts';
import { openWorld } from '../../app/world.ts';
import { untilStarted } from '../../engine/journal/follow.ts';
import { journalEvents } from '../../engine/journal/journal.ts';
import { readOrigin } from '../../engine/process/origin.ts';
import { endedEarly, findRun, latestRun, type RunSummary, summarizeRun, unfinishedRun } from '../../engine/runs.ts';
import { applyEvent, emptyView, failedSteps } from '../../engine/view/view.ts';
import { continueRun } from '../../engine/worker/launch.ts';
import { Fault } from '../../errors/fault.ts';
import { program } from '../../host/program.ts';
import type { Passwords } from '../../host/secrets.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { Files } from '../../site/files.ts';
import { kloudspot } from '../../text/command.ts';
import { repeatFlagsOf } from '../apply/run-flags.ts';
import { processesOf, watchRun } from '../apply/run-watching.ts';
import { accessPrompts } from '../line/access.ts';
import { globalFlags, runOperand, takeOver } from '../line/flags.ts';
import { holdInterrupts } from '../line/interrupts.ts';
import { processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'resume',
  about:
    'Continue a run that was interrupted, stopped, or ended with a failed step: the last one, or the one named. Steps that are done are verified and not repeated.',
  flags: {
    ...globalFlags,
    'take-over': takeOver,
  },
  operand: runOperand,
  run: async ({ args, operand }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const run = await resumable(settings, operand);
    const plan = await planOfRun(run);
    if (run.state === 'running') {
      if (settings.yes) await pushOn(run, plan, settings);
      return watchRun(run, plan, settings, terminal, 'attached');
    }
    const passwords = await passwordsFor(run, plan, settings, terminal);
    const attended = terminal.interactive && !settings.yes && !settings.json;
    const earlier = await processesOf(run);
    holdInterrupts();
    await continueRun(run, {
      files: settings.files,
      passwords,
      program,
      attended,
      takeOver: args['take-over'] ?? false,
    });
    return watchRun(run, plan, settings, terminal, 'begun', { earlier });
  },
});

async function resumable({ files }: Settings, name: string | undefined): Promise<RunSummary> {
  const found = name === undefined ? await unfinishedRun(files) : await findRun(files, name);
  const latest = found === undefined ? await latestRun(files) : undefined;
  const named = found ?? latest;
  if (named !== undefined) await repeatFlagsOf(named);
  if (found === undefined) throw await nothingToResume(files, latest);
  // It may be going on already, by a process that has written nothing yet.
  await untilStarted(found.directory);
  const run = await summarizeRun(found);
  if (run.state === 'done' || run.state === 'undone')
    throw new Fault({
      what: `Run ${run.id} ${run.state === 'done' ? 'is done' : 'was undone'}: there is nothing to resume.`,
      next: [`${kloudspot('apply')}  makes a new plan and carries it out.`],
    });
  return run;
}

/** Names an earlier run that did not end, too: what was done after it may be all that it lacked, or not. */
async function nothingToResume(files: Files, latest: RunSummary | undefined): Promise<Fault> {
  const earlier = latest && (await endedEarly(files));
  return new Fault({
    what: 'No run to resume.',
    where: files.runs,
    ...(latest && { why: `The last run, ${latest.id}, ${latest.state === 'done' ? 'is done' : 'was undone'}.` }),
    next: [
      `${kloudspot('apply')}  starts one.`,
      ...(earlier
        ? [`${kloudspot(`resume ${earlier.id}`)}  continues an earlier one that is not finished: ${earlier.state}.`]
        : []),
    ],
  });
}

/** A run that lives but waits for someone: what failed is tried again, a pause ends. */
async function pushOn(run: RunSummary, plan: Plan, { files }: Settings): Promise<void> {
  let view = emptyView(plan);
  for await (const event of journalEvents(run.directory)) view = applyEvent(view, event);
  const { steer } = watcherOf(files);
  if (view.state === 'paused') await steer(run, { order: 'continue' });
  for (const { step } of failedSteps(view)) await steer(run, { order: 'retry', step: step.id });
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
    await connect(plan.targets, { world, passwords, prompts: accessPrompts(settings, terminal) });
  } finally {
    await world.close();
  }
  return passwords;
}
