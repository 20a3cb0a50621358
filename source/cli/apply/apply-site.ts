import { checkSite } from '../../app/check-site.ts';
import { program } from '../../app/program.ts';
import type { Settings } from '../../app/settings.ts';
import type { OpenedSite } from '../../app/site.ts';
import { launchRun } from '../../engine/worker/launch.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import type { Plan, PlanPurpose } from '../../plan/document/document.ts';
import { makePlan } from '../../plan/plan.ts';
import { defined } from '../../text/defined.ts';
import { confirmed } from '../line/confirm.ts';
import { holdInterrupts } from '../line/interrupts.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import { printJson, printLines, type Terminal } from '../line/terminal.ts';
import { planLines } from '../text/plan-text.ts';
import { preflightCode, preflightData } from '../text/preflight-data.ts';
import { preflightLines } from '../text/preflight-text.ts';
import { watchRun } from './run-watching.ts';

export interface ApplyOptions {
  /** The verb, for words: `apply`, `init`. */
  readonly verb: string;
  readonly purpose: PlanPurpose;
  readonly takeOver: boolean;
  /** Writes the seat's files once the operator has agreed. Gives what puts them back where the run cannot begin. */
  readonly write?: () => Promise<() => Promise<void>>;
}

/** Checks, plans, asks, begins the run and shows it to its end. */
export async function applySite(
  opened: OpenedSite,
  settings: Settings,
  terminal: Terminal,
  options: ApplyOptions,
): Promise<ExitCode> {
  const plan = await planAfterPreflight(opened, settings, terminal, options.purpose);
  if (plan === undefined) return exitCode.preflightFailed;
  return beginPlan(plan, opened, settings, terminal, options);
}

/** The plan, or undefined when preflight fails; its findings are printed then. */
export async function planAfterPreflight(
  opened: OpenedSite,
  settings: Settings,
  terminal: Terminal,
  purpose: PlanPurpose,
): Promise<Plan | undefined> {
  const { site, product, world, from } = opened;
  const { facts, findings } = await checkSite(opened, settings, terminal);
  const failed = preflightCode(findings) !== exitCode.done;
  if (failed && settings.json) printJson(terminal, preflightData(site, findings));
  else if (!settings.json && (failed || findings.some(({ grade }) => grade === 'warn'))) {
    const ascii = settings.ascii || settings.plain;
    const lines = preflightLines(site, findings, {
      ascii,
      all: false,
      from,
      ...defined({ width: terminal.output.columns }),
    });
    printLines(terminal.output, [...lines, '']);
  }
  return failed ? undefined : makePlan({ purpose, site, product, facts, now: new Date(world.clock.now()) });
}

/** Shows what would be done, asks, and begins. */
export async function beginPlan(
  plan: Plan,
  { passwords, world }: Pick<OpenedSite, 'passwords' | 'world'>,
  settings: Settings,
  terminal: Terminal,
  { verb, takeOver, write }: Pick<ApplyOptions, 'verb' | 'takeOver' | 'write'>,
): Promise<ExitCode> {
  if (!settings.json) printLines(terminal.output, [...rehearsalNote(world), ...planLines(plan, { brief: true })]);
  await confirmed(`Begin with ${plan.site.name}?`, verb, settings, terminal);
  const putBack = await write?.();
  const { scenario } = world;
  const speed = settings.rehearsal?.speed;
  holdInterrupts();
  const run = await launchRun({
    plan,
    files: settings.files,
    passwords,
    program,
    attended: terminal.interactive && !settings.yes && !settings.json,
    takeOver,
    ...(scenario !== undefined && speed !== undefined ? { rehearsal: { scenario, speed } } : {}),
  }).catch(async (error: unknown) => {
    await putBack?.();
    throw error;
  });
  return watchRun(run, plan, settings, terminal, 'begun');
}
