import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';
import type { Clock, HostPool } from '../../host/host.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { AnyStepKind } from '../../plan/step.ts';
import type { Product } from '../../product/schema.ts';
import { type Files, filesUnder } from '../../site/files.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import type { HostPins, RunWorld } from '../execution/context.ts';
import { type Execution, execute, type RunEnd } from '../execution/execute.ts';
import { refuseUndo, undo } from '../execution/undo.ts';
import type { RunEventBody, RunHandle } from '../journal/event.ts';
import { openJournal } from '../journal/journal.ts';
import { createMask, type Mask } from '../journal/masking.ts';
import { type RunPast, readPast } from '../journal/past.ts';
import { planPath } from '../journal/run-paths.ts';
import { type LockOptions, lockWorkstation } from '../lock/lock.ts';
import { type LockClaim, ownClaim } from '../lock/lock-claim.ts';
import { lockNodes } from '../lock/node-lock.ts';
import { type Origin, readOrigin } from '../process/origin.ts';
import { claimRun } from '../process/run-process.ts';
import { readPlanText, wasRolledBack } from '../runs.ts';
import { type ControlServer, controlSocket, listenForOrders } from './control.ts';
import { restoreDocuments, writeDocuments } from './documents.ts';
import { type RunOrders, runOrders } from './run-orders.ts';
import type { StopSwitch } from './stop-switch.ts';

/** The machines of a run and all secrets that are known before it begins. */
export interface WorkerWorld {
  readonly hosts: HostPool;
  readonly clock: Clock;
  readonly secrets: readonly string[];
  /** Pins host keys of a node. */
  readonly trustHostKeys?: HostPins;
  /** Of the user of the site's registry. */
  readonly registrySecret?: (site: Site) => Promise<string>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly attended: boolean;
  readonly takeOver: boolean;
  /** Undo instead of continuing; only one step where one is named. */
  readonly undo?: { readonly step?: string };
  readonly stop: StopSwitch;
}

/** What the process needs from the rooms above and beside the run; tests hand in their own. */
export interface WorkerParts {
  readonly kinds: ReadonlyMap<string, AnyStepKind>;
  readonly parsePlan: (text: string, file: string) => Plan;
  readonly openWorld: (files: Files, origin: Origin) => Promise<WorkerWorld>;
  readonly loadProduct: (plan: Plan) => Promise<Product>;
  /** Throws a `Fault` when the nodes are no longer what the plan rests on. `begun`: ids of steps that this run has begun. */
  readonly refuseDrift: (plan: Plan, world: WorkerWorld, begun: ReadonlySet<string>) => Promise<void>;
  /** Called when the steps have ended, before the run does; what it throws is noted only. */
  readonly onEnd: (origin: Origin, plan: Plan, past: RunPast) => Promise<void>;
  /** A text for an operator, as it reads for the cluster of the plan. */
  readonly reword?: (text: string, plan: Plan) => string;
  readonly onStepTime: (files: Files, kind: string, ms: number, changed: boolean) => void;
}

/** Carries out a run in this process, from its folder. Throws what keeps it from beginning; once begun, all is in the journal. */
export async function carryOutRun(run: RunHandle, options: WorkerOptions, parts: WorkerParts): Promise<RunEnd> {
  await using open = new AsyncDisposableStack();
  const origin = await readOrigin(run.directory);
  const files = filesUnder(origin.root);
  const plan = parts.parsePlan(await readPlanText(run), run.directory);
  const world = open.adopt(await parts.openWorld(files, origin), (opened) => opened.close());
  const claim = await ownClaim(files, run.id);
  const orders = runOrders();
  const locking = { run, files, plan, world, claim, orders, rehearsed: origin.rehearsal !== undefined, options };
  const control = await lockEverything(locking, open);
  const past = await readPast(run.directory);
  refuseOtherPlan(run, plan, past);
  if (options.undo) refuseUndo(plan, past, options.undo.step);
  else await parts.refuseDrift(plan, world, new Set(past.order()));
  const product = await parts.loadProduct(plan);
  if (!options.undo) await writeDocuments(run.directory);
  const mask = maskFor(plan, world.secrets, parts.reword);
  const journal = open.adopt(await openJournal(run.directory, mask, world.clock), (opened) => opened.close());
  const { hosts, clock, trustHostKeys, registrySecret: secretOf } = world;
  const shared: RunWorld = {
    site: plan.site,
    product,
    files,
    targets: plan.targets,
    hosts,
    clock,
    journal,
    directory: run.directory,
    mask,
    ...defined({ trustHostKeys }),
    ...(secretOf ? { registrySecret: () => secretOf(plan.site) } : {}),
    complain,
  };
  const job: Job = { run, options, parts, plan, past, world: shared, orders, rehearsed: locking.rehearsed };
  await journal.write(begin(job, claim));
  const end = await carryOut(job);
  await control.close();
  if (end.outcome !== 'done' && (await wasRolledBack(run))) await restoreDocuments(run.directory);
  await parts.onEnd(origin, plan, past).catch((error: unknown) => complain(`${messageOf(error)}\n`));
  await journal.write({ type: 'run-ended', outcome: end.outcome, why: end.why });
  return end;
}

/** A plan that is whole may still be that of another run. */
function refuseOtherPlan({ directory }: RunHandle, { hash }: Plan, past: RunPast): void {
  if (past.plan === undefined || past.plan === hash) return;
  throw new Fault({
    what: 'The plan differs from the one that the run started with.',
    where: planPath(directory),
    why: `Its hash is ${hash}, the journal says ${past.plan}.`,
    next: ['Restore the plan of the run.', `${kloudspot('apply --take-over')}  makes a new plan and carries it out.`],
  });
}

/** Hides secrets, and says what is said about nodes as it is for the cluster of this plan. */
function maskFor(plan: Plan, secrets: readonly string[], reword: WorkerParts['reword']): Mask {
  const mask = createMask(secrets);
  return reword === undefined ? mask : { add: mask.add, text: (text) => reword(mask.text(text), plan) };
}

interface Locking {
  readonly run: RunHandle;
  readonly files: Files;
  readonly plan: Plan;
  readonly world: WorkerWorld;
  readonly claim: LockClaim;
  readonly orders: RunOrders;
  readonly rehearsed: boolean;
  readonly options: WorkerOptions;
}

/**
 * The workstation first, then the nodes. A run that loses a lock ends after the running steps.
 * In between the run begins to listen: the nodes may take long to answer, and an order given meanwhile is kept.
 */
async function lockEverything(locking: Locking, open: AsyncDisposableStack): Promise<ControlServer> {
  const { run, files, plan, world, claim, orders, rehearsed, options } = locking;
  const lock: LockOptions = {
    takeOver: options.takeOver,
    onLost: (holder) => options.stop.tell(`the lock was taken by ${holder}`, false),
  };
  open.adopt(await lockWorkstation(files, claim, lock), (held) => held.release());
  // From here on the run exists for `status`, `attach` and `resume`, as it does for the lock.
  await claimRun(run.directory, claim);
  await refuseRemoved(run);
  const control = open.adopt(await listenForOrders(controlSocket(files, run.id), orders.take), (it) => it.close());
  const nodes = await lockNodes({
    ...lock,
    files,
    targets: plan.targets,
    hosts: world.hosts,
    claim,
    // Simulated nodes have no other workstation.
    ...(rehearsed ? { every: 0 } : {}),
  });
  open.adopt(nodes, (held) => held.release());
  return control;
}

/** Another verb removes a run that no process has claimed and whose maker is gone: it may have done so as this process started. */
async function refuseRemoved({ directory }: RunHandle): Promise<void> {
  if (existsSync(planPath(directory))) return;
  await rm(directory, { recursive: true, force: true });
  throw new Fault({
    what: 'The run was removed before it began.',
    where: directory,
    unchanged: true,
    next: [`${kloudspot('apply')}  starts a new one`],
  });
}

interface Job {
  readonly run: RunHandle;
  readonly options: WorkerOptions;
  readonly parts: WorkerParts;
  readonly plan: Plan;
  readonly past: RunPast;
  readonly world: RunWorld;
  readonly orders: RunOrders;
  readonly rehearsed: boolean;
}

const begin = ({ run, plan, past, options }: Job, { owner, host }: LockClaim): RunEventBody => ({
  type: 'run-started',
  run: run.id,
  plan: plan.hash,
  process: process.pid,
  owner,
  host,
  resumed: past.processes > 0,
  ...defined({ undo: options.undo, accepted: plan.accepted && [...new Set(plan.accepted.map(({ check }) => check))] }),
});

/** Ends up in `run.log`. */
const complain = (text: string): void => void process.stderr.write(text);

/** A fault of ours while it runs is an end as well, and the journal says so. */
async function carryOut(job: Job): Promise<RunEnd> {
  try {
    return await underOrders(job);
  } catch (thrown) {
    complain(job.world.mask.text(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`));
    const error = asFileFault(thrown);
    const why =
      error instanceof Fault
        ? `${messageOf(error)} ${error.why ?? ''}`.trim()
        : `a bug in the program: ${messageOf(error)}`;
    return { outcome: 'failed', why };
  }
}

/** Each execution hears every order to stop, also one that came before it or between two of them. */
async function underOrders(job: Job): Promise<RunEnd> {
  for (;;) {
    const execution = start(job);
    job.orders.handTo(execution);
    job.options.stop.listen((why, now) => execution.stop('interrupted', why, now));
    const end = await execution.end;
    if (end.local === undefined || !job.rehearsed) return end;
    // The simulated local restarts, and this process does not live on it.
    await backAgain(job.world, end.local);
  }
}

function start({ world, plan, past, options, parts }: Job): Execution {
  const { kinds } = parts;
  if (options.undo) return undo({ world, plan, past, kinds, attended: false, ...defined({ only: options.undo.step }) });
  const onStepTime = (kind: string, ms: number, changed: boolean) => parts.onStepTime(world.files, kind, ms, changed);
  return execute({ world, plan, past, kinds, attended: options.attended, onStepTime });
}

/** Waits until a simulated node has gone down and come up. */
async function backAgain({ hosts, targets, clock }: RunWorld, node: string): Promise<void> {
  const target = targets.find((candidate) => candidate.node === node);
  if (target === undefined) return;
  await clock.sleep(20_000);
  for (const until = clock.elapsed() + 600_000; clock.elapsed() < until; await clock.sleep(2000)) {
    await hosts.forget(node);
    const answers = await hosts.get(target).then(
      (host) => host.run(['true']).then(() => true),
      () => false,
    );
    if (answers) return;
  }
}
