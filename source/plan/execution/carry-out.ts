import type { ReadOnlyHost, RunResult, Script } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import { lookAgain } from '../../host/look-again.ts';
import { microk8sProgram } from '../../microk8s/node.ts';
import { defined } from '../../text/defined.ts';
import type { LookContext, PlannedCommand, PlannedStep, StepContext, StepRunOptions } from '../step.ts';
import { StepFault } from '../step-fault.ts';

export interface CarryOut {
  /** Values of the plan's placeholders: `{ '<token>': '…' }`. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly run?: StepRunOptions;
}

/** Writes a step's files and runs its unconditional commands in order, exactly as planned. */
export async function carryOut(context: StepContext, step: PlannedStep, options: CarryOut = {}): Promise<void> {
  await writeFiles(context, step, options.fill);
  for (const { name, when } of step.commands) if (when === undefined) await runCommand(context, step, name, options);
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
      ...defined({ owner, secret }),
    });
  }
}

/** Runs one planned command by its name. Its deadline is the step's unless `run` gives another. */
export async function runCommand(
  context: StepContext,
  step: PlannedStep,
  name: string,
  { fill = {}, run = {} }: CarryOut = {},
): Promise<RunResult> {
  const planned = step.commands.find((each) => each.name === name);
  if (planned === undefined) throw new Error(`${step.id} has no command named ${name}.`);
  const words = fillCommand(planned.command, fill);
  const stdin = planned.stdin === undefined ? undefined : filled(planned.stdin, fill);
  const rest = { ...usualAdvice(planned), ...run };
  try {
    return await context.run(planned.node, words, {
      sudo: planned.sudo,
      deadline: step.deadline,
      ...defined({ stdin }),
      ...(isWords(planned.command) ? { shown: planned.command } : {}),
      ...rest,
    });
  } catch (error) {
    throw explained(error, planned, rest);
  }
}

/** What asks the cluster fails most where the cluster does not answer: a step that knows better says so itself. */
function usualAdvice({ command, node }: PlannedCommand): Pick<StepRunOptions, 'causes' | 'next'> {
  if (!isWords(command) || command[0] !== microk8sProgram || !asking.includes(command[1] ?? '')) return {};
  return {
    causes: [`the API server of ${node} does not answer, or refuses this: its output says which`],
    next: [`sudo microk8s status on ${node}`],
  };
}

/** Verbs of MicroK8s that ask the API server. */
const asking: readonly string[] = ['kubectl', 'helm3'];

function explained(error: unknown, planned: PlannedCommand, run: StepRunOptions): unknown {
  if (!(error instanceof HostFault) || error.kind !== 'deadline') return error;
  return new StepFault({
    tried: sayCommand(planned.command),
    seen: 'it did not finish in time',
    where: planned.node,
    ...defined({ causes: run.causes, next: run.next }),
    cause: error,
  });
}

function sayCommand(words: readonly string[] | Script): string {
  return isWords(words) ? words.join(' ') : [words.name, ...(words.arguments ?? [])].join(' ');
}

function fillCommand(words: readonly string[] | Script, fill: Readonly<Record<string, string>>) {
  if (isWords(words)) return words.map((word) => filled(word, fill));
  return { ...words, ...defined({ arguments: words.arguments?.map((word) => filled(word, fill)) }) };
}

function isWords(words: readonly string[] | Script): words is readonly string[] {
  return Array.isArray(words);
}

function filled(text: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((rest, [name, value]) => rest.replaceAll(name, () => value), text);
}

/** A look that may fail: the machine is away, or the command is. Changes nothing and leaves no trace. `deadline`: ms; without one, 30 s, three times. */
export async function look(
  context: LookContext,
  node: string,
  words: readonly string[] | Script,
  deadline?: number,
): Promise<RunResult> {
  const host = await context.look(node);
  return runLook(host, words, context.signal, deadline);
}

function runLook(
  host: ReadOnlyHost,
  words: readonly string[] | Script,
  signal: AbortSignal,
  deadline: number | undefined,
): Promise<RunResult> {
  const run = (limit: number) => host.run(words, { sudo: true, deadline: limit, signal });
  return deadline === undefined ? lookAgain(() => run(30_000)) : run(deadline);
}

export async function readText(context: LookContext, node: string, path: string): Promise<string | undefined> {
  return (await context.look(node)).readFile(path);
}

/** What a host said while it could not be reached, as something observed. */
export function sayAway(error: unknown): string {
  if (error instanceof HostFault) return `${error.node} does not answer (${error.message})`;
  throw error;
}
