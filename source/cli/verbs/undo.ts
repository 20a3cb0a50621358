import { planOfRun } from '../../app/plan.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { refuseUndo, undoOrder } from '../../engine/execution/undo.ts';
import { leavesCluster, losesData, removesCluster } from '../../engine/execution/undo-losses.ts';
import { untilStarted } from '../../engine/journal/follow.ts';
import { type RunPast, readPast, readWholePast } from '../../engine/journal/past.ts';
import { journalPath } from '../../engine/journal/run-paths.ts';
import { findRun, latestRun, type RunSummary, summarizeRun } from '../../engine/runs.ts';
import { undoRun } from '../../engine/worker/launch.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import { program } from '../../host/program.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { PlannedStep } from '../../plan/step.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { quote } from '../../text/quote.ts';
import { filled } from '../../text/width.ts';
import { repeatFlagsOf } from '../apply/run-flags.ts';
import { processesOf, watchRun } from '../apply/run-watching.ts';
import { confirmed, confirmedByName, confirmsNothing } from '../line/confirm.ts';
import { confirmDataLoss, globalFlags, runOperand, takeOver } from '../line/flags.ts';
import { holdInterrupts } from '../line/interrupts.ts';
import { printJson, printLines, processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { passwordsFor } from './resume.ts';

export default defineVerb({
  name: 'undo',
  about:
    'Undo what a run changed, the latest step first, as far as possible: the last run, or the one named. Shows what is removed and what stays, and asks first.',
  flags: {
    ...globalFlags,
    step: { type: 'string', value: 'ID', about: 'Only this step; nothing done later may depend on it.' },
    'take-over': takeOver,
    'confirm-data-loss': confirmDataLoss,
  },
  operand: runOperand,
  run: async ({ args, operand }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const run = await runToUndo(settings, operand);
    const plan = await planOfRun(run);
    if (run.state === 'running') return watchUndo(run, plan, settings, terminal, args.step);
    const { past, damagedLine } = await readWholePast(run.directory);
    if (damagedLine !== undefined) throw damagedJournal(run, damagedLine);
    const steps = stepsToUndo(plan, past, args.step);
    if (steps.length === 0) return nothingLeft(run, settings, terminal);
    if (!settings.json) printLines(terminal.output, undoLines(steps, removesCluster(steps, plan, past)));
    if (!steps.some(({ undoable }) => undoable)) throw nothingUndoable(run);
    const given = args['confirm-data-loss'];
    const loses = losesData(steps);
    if (given !== undefined || loses) {
      const words = ['undo', run.id, ...(args.step === undefined ? [] : ['--step', args.step])].join(' ');
      await confirmedByName(plan.site.name, words, given, settings, terminal);
      if (!loses && !settings.json)
        printLines(terminal.output, [confirmsNothing('no step that is undone holds data.'), '']);
    } else await confirmed('Undo this?', 'undo', settings, terminal);
    const earlier = await processesOf(run);
    const passwords = await passwordsFor(run, plan, settings, terminal);
    holdInterrupts();
    await undoRun(run, {
      files: settings.files,
      passwords,
      program,
      attended: false,
      takeOver: args['take-over'] ?? false,
      ...defined({ step: args.step }),
    });
    return watchRun(run, plan, settings, terminal, 'begun', { earlier });
  },
});

async function runToUndo({ files }: Settings, name: string | undefined): Promise<RunSummary> {
  const run = name === undefined ? await latestRun(files) : await findRun(files, name);
  if (run === undefined) throw new Fault({ what: 'No run to undo.', where: files.runs });
  await repeatFlagsOf(run);
  // What it does shows in its first event: this very undo may be starting, and its terminal gone.
  await untilStarted(run.directory);
  return summarizeRun(run);
}

/** An undo rests on every line: what a damaged one says would be left as it is, and called undone. */
function damagedJournal({ id, directory }: RunSummary, line: number): Fault {
  const path = journalPath(directory);
  return new Fault({
    what: `The journal of run ${id} is damaged.`,
    where: `${path}, line ${line}`,
    why: 'What a step changed by that line is not known, and would stay.',
    unchanged: true,
    next: [
      `${kloudspot('apply')}  makes a new plan, and looks at what is there instead.`,
      `To undo what the other lines say, remove it first: sed -i ${line}d ${quote(path)}`,
    ],
    exitCode: exitCode.refused,
  });
}

/** A run that goes on is not undone; where that very undo is under way, it is shown until its end. */
async function watchUndo(
  run: RunSummary,
  plan: Plan,
  settings: Settings,
  terminal: Terminal,
  step: string | undefined,
): Promise<ExitCode> {
  const { undoing, processes } = await readPast(run.directory);
  if (undoing !== undefined && undoing.step === step)
    return watchRun(run, plan, settings, terminal, 'attached', { earlier: processes - 1 });
  throw new Fault({
    what: `Run ${run.id} is still ${undoing === undefined ? 'under way' : 'being undone'}.`,
    next: [`${kloudspot(`attach ${run.id}`)}  shows it; stop it there first.`],
    exitCode: exitCode.locked,
  });
}

function stepsToUndo(plan: Plan, past: RunPast, only: string | undefined): readonly PlannedStep[] {
  refuseUndo(plan, past, only);
  return undoOrder({ plan, past }).filter(({ id }) => only === undefined || id === only);
}

function nothingLeft(run: RunSummary, settings: Settings, terminal: Terminal): ExitCode {
  const words = `Run ${run.id} changed nothing that is still there.`;
  if (settings.json) printJson(terminal, { run: run.id, undone: [] });
  else printLines(terminal.output, [words]);
  return exitCode.done;
}

function nothingUndoable(run: RunSummary): Fault {
  return new Fault({
    what: `Nothing that run ${run.id} did can be undone.`,
    next: [`${kloudspot('history')}  lists the earlier runs; an earlier one is undone by its id.`],
    exitCode: exitCode.usage,
  });
}

/** What goes, the latest first, what is lost with it, and what stays. */
function undoLines(steps: readonly PlannedStep[], clusterGoes: boolean): string[] {
  const line = ({ id, title, node }: PlannedStep) => `  ${filled(node ?? 'cluster', 12)} ${title}  [${id}]`;
  const goes = steps.filter((step) => step.undoable);
  const lasting = steps.filter((step) => !step.undoable);
  const [lost, stays] = clusterGoes
    ? [lasting.filter(({ node }) => node === undefined), lasting.filter(({ node }) => node !== undefined)]
    : [[], lasting];
  return [
    goes.length > 0 ? 'Undone, in this order:' : 'None of this can be undone.',
    ...goes.map(line),
    ...(clusterGoes
      ? [
          'MicroK8s is removed from these nodes, and with it the cluster, the product and ALL DATA in it:',
          ...lost.map(line),
        ]
      : leavingLines(goes)),
    ...(stays.length > 0 ? ['Stays as it is now:', ...stays.map(line)] : []),
  ];
}

function leavingLines(goes: readonly PlannedStep[]): string[] {
  const nodes = new Set(goes.filter(leavesCluster).flatMap(({ node }) => node ?? []));
  if (nodes.size === 0) return [];
  return [`Removed from the cluster, with ALL DATA in their volumes: ${[...nodes].join(', ')}`];
}
