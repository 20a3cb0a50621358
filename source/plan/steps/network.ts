import { HostFault } from '../../host/host-fault.ts';
import { readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { minutes, plannedStep, seconds } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { armed, commands } from './network-commands.ts';
import {
  baseName,
  files,
  isRestoring,
  kept,
  othersOf,
  type Parameters,
  parameters,
  restoreAfterSeconds,
  restoreScript,
  restoreText,
  undoUnit,
} from './network-files.ts';
import { disarm, isArmed, restored, restoreNow, stopRestoreTimer, untilBack } from './network-restore.ts';
import { inForce, reached } from './network-state.ts';

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const looked = await inForce(context, p);
  if (!looked.ok) return looked;
  const timer = await isArmed(context, p.node);
  if (!timer.answered) return silent(p.node, timer.said);
  return timer.value ? { ok: false, observed: armed } : looked;
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (p.atNextBoot) return prepare(context, p, step);
  const ask = () => isArmed(context, p.node);
  if (await untilTold(context, { node: p.node, what: 'whether it would restore', ask })) {
    // an earlier process ended between the change and its confirmation
    const good = (await inForce(context, p)).ok && (await reached(context, p)).ok;
    if (good) return disarm(context, step);
    for (const name of ['disarm-earlier', 'restore-earlier'])
      await runCommand(context, step, name, { run: { allow: [0, 5] } });
    await untilBack(context, p, minutes(2));
  }
  await writeFiles(context, step, {}, isRestoring);
  await keepOld(context, p, step);
  const until = context.clock.elapsed() + seconds(restoreAfterSeconds - 20);
  for (const name of ['arm-boot', 'arm']) await runCommand(context, step, name);
  await setAside(context, p, step);
  await writeFiles(context, step, {}, (path) => !isRestoring(path));
  await generate(context, p, step);
  await runCommand(context, step, 'apply').catch(onlyLost);
  await untilReached(context, p, until);
  await disarm(context, step);
}

/** The file that was ours before is kept before anything can restore: restoring removes the new one by its name. */
async function keepOld(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (context.recall('begun') === undefined) await runCommand(context, step, 'clear-folder');
  await runCommand(context, step, 'make-folder');
  const ours = await readText(context, p.node, p.path);
  if (p.aside.includes(p.path) && ours !== undefined && ours !== p.content)
    await runCommand(context, step, 'keep-ours');
  context.remember('begun', 'yes');
}

/** What an earlier attempt has set aside already lies in the folder. */
async function setAside(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  for (const path of othersOf(p)) {
    const there = (await readText(context, p.node, path)) !== undefined;
    const aside = there ? undefined : await readText(context, p.node, `${kept(p.keep)}/${baseName(path)}`);
    if (aside === undefined) await runCommand(context, step, `set-aside ${path}`);
  }
}

/** Nothing changes before the boot. The new file comes first: between the two a boot finds an address in any case. */
async function prepare(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await writeFiles(context, step, {}, isRestoring);
  await keepOld(context, p, step);
  await writeFiles(context, step, {}, (path) => !isRestoring(path));
  await setAside(context, p, step);
  await generate(context, p, step);
}

/** The connection may break before or while it asks: whether the node is reached on its new address is what counts. */
function onlyLost(error: unknown): void {
  if (!(error instanceof HostFault && away.has(error.kind))) throw error;
}

const away: ReadonlySet<HostFault['kind']> = new Set(['lost', 'unreachable']);

/** A file that netplan refuses is restored at once: nothing was applied yet. */
async function generate(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  try {
    await runCommand(context, step, 'generate');
  } catch (error) {
    await context.run(p.node, stopRestoreTimer, { sudo: true, allow: [0, 5] });
    await context.run(p.node, ['/bin/sh', restoreScript], { sudo: true });
    throw error;
  }
}

/** Gives up well before the node's own timer: a confirmation must never meet the taking back half way. */
async function untilReached(context: StepContext, p: Parameters, until: number): Promise<void> {
  try {
    await context.until({
      for: `${p.node} to answer on ${p.address}`,
      deadline: Math.max(0, until - context.clock.elapsed()),
      every: 1_000,
      probe: () => reached(context, p),
    });
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    throw await restored(context, p, error.seen);
  }
}

async function undo(context: StepContext, p: Parameters): Promise<string> {
  if ((await readText(context, p.node, restoreScript)) !== restoreText(p))
    return untilGone(context, () => inForce(context, p));
  await context.run(p.node, restoreNow(undoUnit), { sudo: true });
  await untilBack(context, p, minutes(2));
  return `${p.node} answers with its old addresses`;
}

export const network: StepKind<typeof parameters> = {
  kind: 'network',
  parameters,

  state,
  act,
  undo,
};

export function planNetwork(p: Parameters, before: string | undefined): PlannedStep {
  return plannedStep(network, {
    node: p.node,
    group: 'Addresses',
    title: `Give ${p.node} the static address ${p.address}${p.atNextBoot ? ' from its next boot on' : ''}`,
    why: 'The datastore and the certificates keep the address of a node: it must never change again.',
    risk: 'dangerous',
    deadline: minutes(6),
    parameters: p,
    commands: commands(p),
    files: files(p, before),
    changes: ['addresses', 'netplan'],
  });
}
