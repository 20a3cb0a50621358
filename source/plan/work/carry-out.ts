import type { Host, RunResult, Script } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import type { PlannedCommand, PlannedStep, StepContext, StepRunOptions } from '../step.ts';
import { StepFault } from '../step-fault.ts';

export interface CarryOut {
  /** Which commands: those that always run, or those that are planned for this case. */
  readonly when?: string;
  /** What the angle brackets of the plan stand for now: `{ '<token>': '…' }`. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly run?: StepRunOptions;
}

/** Writes a step's files and runs its commands as they stand in the plan: what was reviewed is what happens. */
export async function carryOut(context: StepContext, step: PlannedStep, options: CarryOut = {}): Promise<void> {
  if (options.when === undefined) await writeFiles(context, step, options.fill);
  for (const planned of commandsOf(step, options.when)) await runPlanned(context, step, planned, options);
}

export function commandsOf(step: PlannedStep, when?: string): PlannedCommand[] {
  return step.commands.filter((planned) => planned.when === when);
}

export async function writeFiles(
  context: StepContext,
  step: PlannedStep,
  fill: CarryOut['fill'] = {},
  only: (path: string) => boolean = () => true,
): Promise<void> {
  for (const { node, path, content, mode, owner, secret } of step.files) {
    if (!only(path)) continue;
    await context.write(node, {
      path,
      content: filled(content, fill),
      mode,
      ...(owner === undefined ? {} : { owner }),
      ...(secret === undefined ? {} : { secret }),
    });
  }
}

/** One planned command. Its deadline is the step's, so that no endless loop of another program outlives it. */
export async function runPlanned(
  context: StepContext,
  step: PlannedStep,
  planned: PlannedCommand,
  { fill = {}, run = {} }: CarryOut = {},
): Promise<RunResult> {
  const words = fillCommand(planned.command, fill);
  const stdin = planned.stdin === undefined ? undefined : filled(planned.stdin, fill);
  try {
    return await context.run(planned.node, words, {
      sudo: planned.sudo,
      deadline: step.deadline,
      ...(stdin === undefined ? {} : { stdin }),
      ...(isWords(planned.command) ? { shown: planned.command } : {}),
      ...run,
    });
  } catch (error) {
    throw explained(error, planned, run);
  }
}

function explained(error: unknown, planned: PlannedCommand, run: StepRunOptions): unknown {
  if (!(error instanceof HostFault) || error.kind !== 'deadline') return error;
  return new StepFault({
    tried: sayCommand(planned.command),
    seen: 'it had not ended when its time was up',
    where: planned.node,
    ...(run.causes === undefined ? {} : { causes: run.causes }),
    ...(run.next === undefined ? {} : { next: run.next }),
    cause: error,
  });
}

export function sayCommand(words: readonly string[] | Script): string {
  return isWords(words) ? words.join(' ') : [words.name, ...(words.arguments ?? [])].join(' ');
}

function fillCommand(words: readonly string[] | Script, fill: Readonly<Record<string, string>>) {
  return isWords(words) ? words.map((word) => filled(word, fill)) : words;
}

function isWords(words: readonly string[] | Script): words is readonly string[] {
  return Array.isArray(words);
}

function filled(text: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((rest, [name, value]) => rest.replaceAll(name, () => value), text);
}

/** A look that may fail: the machine is away, or the command is. Changes nothing and leaves no trace. */
export async function look(
  context: StepContext,
  node: string,
  words: readonly string[] | Script,
  deadline?: number,
): Promise<RunResult> {
  const host = await context.look(node);
  return runLook(host, words, context.signal, deadline);
}

export function runLook(
  host: Host,
  words: readonly string[] | Script,
  signal: AbortSignal,
  deadline = 30_000,
): Promise<RunResult> {
  return host.run(words, { sudo: true, deadline, signal });
}

export async function readText(context: StepContext, node: string, path: string): Promise<string | undefined> {
  return (await context.look(node)).readFile(path);
}

/** What a host said while it could not be reached, as something seen. */
export function sayAway(error: unknown): string {
  if (error instanceof HostFault) return `${error.node} does not answer (${error.message})`;
  throw error;
}
