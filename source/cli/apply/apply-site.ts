import { judgeReached, judgeSite, lookAtSite } from '../../app/check-site.ts';
import type { Seen } from '../../app/connect.ts';
import { type Launch, launch } from '../../app/launch.ts';
import { type Living, planLiving } from '../../app/plan-living.ts';
import type { ChangedSite } from '../../app/set-values.ts';
import type { Settings } from '../../app/settings.ts';
import type { OpenedSite } from '../../app/site.ts';
import { stepsDone } from '../../app/steps-done.ts';
import { refuseAcceptance } from '../../check/accept.ts';
import { withAccepted } from '../../check/accepted.ts';
import type { RunDocument } from '../../engine/worker/documents.ts';
import { type ExitCode, exitCode, nothingChanged } from '../../errors/fault.ts';
import type { Plan, PlanPurpose } from '../../plan/document/document.ts';
import type { PlanInput } from '../../plan/input.ts';
import type { Finding } from '../../site/finding.ts';
import type { Site } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';
import { screenWidth } from '../../ui/plain/output.ts';
import { accessPrompts } from '../line/access.ts';
import { listOf } from '../line/arguments.ts';
import { confirmed } from '../line/confirm.ts';
import { holdInterrupts } from '../line/interrupts.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import type { SiteVerb } from '../line/site-verb.ts';
import { printJson, printLines, type Terminal } from '../line/terminal.ts';
import { planLines } from '../text/plan-text.ts';
import { preflightCode, preflightData } from '../text/preflight-data.ts';
import { openFindingLines, preflightLines } from '../text/preflight-text.ts';
import { watchRun } from './run-watching.ts';

export interface ApplyOptions extends Omit<Launch, 'attended'> {
  /** Default: `init`, everything that the site says. */
  readonly purpose?: PlanPurpose;
  /** Checks whose failure the operator lets pass. */
  readonly accept?: readonly string[];
  /** Throws `Fault` before anything is judged. */
  readonly refuse?: (living: Living) => void;
  /** The node that is to go. */
  readonly asked?: string | undefined;
  /** Answers that follow from what was seen: the site with them, its documents, and what is said of them. Undefined: none was open. */
  readonly answer?: (living: Living) => Promise<AnsweredSite | undefined>;
  /** Of a verb that does a part of it: what is judged, how it changes `site.yaml`, and what it says where nothing is to be done. */
  readonly part?: {
    readonly checks: ReadonlySet<string>;
    /** Undefined where the file stays as it is. */
    readonly change: () => Promise<ChangedSite | undefined>;
    readonly nothing: string;
    readonly wish: Pick<PlanInput, 'atNextBoot'>;
  };
}

/** How a plan is begun: `done` are the steps whose end state is there already, as far as that was looked at. */
interface Beginning extends ApplyOptions {
  readonly done?: ReadonlySet<string>;
}

/** A site whose file left something open. */
export interface AnsweredSite {
  readonly site: Site;
  readonly documents: readonly RunDocument[];
  readonly lines: readonly string[];
}

/** Checks, plans, asks, begins the run and shows it to its end. */
export async function applySite(
  opened: OpenedSite,
  settings: Settings,
  terminal: Terminal,
  options: ApplyOptions,
): Promise<ExitCode> {
  const accept = listOf(options.accept);
  refuseAcceptance(accept, opened.product);
  const { part } = options;
  const looked = await lookAtSite(opened, accessPrompts(settings, terminal), settings.files);
  const { living } = looked;
  options.refuse?.(living);
  const change = await part?.change();
  const answered = await options.answer?.(living);
  const wanted = { ...opened, site: answered?.site ?? change?.site ?? opened.site };
  const { findings: all } = await judgeSite(wanted, looked);
  const found = part === undefined ? all : all.filter(({ check }) => part.checks.has(check));
  const findings = withAccepted(found, new Set(accept));
  const code = preflightCode(findings);
  showFindings(findings, wanted, settings, terminal);
  if (answered && answered.lines.length > 0 && !settings.json) printLines(terminal.output, [...answered.lines, '']);
  if (code !== exitCode.done) return refused(code, settings, terminal);
  const { purpose = 'init', asked } = options;
  const plan = await planLiving(wanted, living, { purpose, asked, findings, ...part?.wish });
  if (part !== undefined && plan.steps.length === 0) {
    printLines(settings.json ? terminal.errors : terminal.output, [part.nothing]);
    return exitCode.done;
  }
  // A new cluster has nothing of it yet; as JSON no plan is shown.
  const done = living.cluster && !settings.json ? await stepsDone(plan, wanted, settings.files) : undefined;
  const documents = answered?.documents ?? (change && [{ path: settings.site, content: change.text, mode: 0o644 }]);
  return beginPlan(plan, wanted, settings, terminal, { ...options, ...defined({ documents, done }) });
}

function refused(code: ExitCode, settings: Settings, terminal: Terminal): ExitCode {
  if (!settings.json) printLines(terminal.output, [nothingChanged]);
  return code;
}

/** Refuses as the checks do where a node was not reached: a plan rests on what was seen of every node. Undefined: all were. */
export function refuseUnreached(
  { site, from }: { readonly site: Site; readonly from: string },
  seen: Seen,
  cluster: Living['cluster'],
  { settings, terminal }: Pick<SiteVerb, 'settings' | 'terminal'>,
): ExitCode | undefined {
  const findings = judgeReached(site, seen, cluster);
  const code = preflightCode(findings);
  if (code === exitCode.done) return undefined;
  showFindings(findings, { site, from }, settings, terminal);
  return refused(code, settings, terminal);
}

/** What does not pass; with `--verbose` every check. As JSON only where the run cannot begin: else the run's events are what is printed. */
function showFindings(
  findings: readonly Finding[],
  { site, from }: Pick<OpenedSite, 'site' | 'from'>,
  settings: Settings,
  terminal: Terminal,
): void {
  const failed = preflightCode(findings) !== exitCode.done;
  if (settings.json) {
    if (failed) printJson(terminal, preflightData(site, findings));
  } else if (failed || findings.some(({ grade }) => grade === 'warn')) {
    const ascii = settings.ascii || settings.plain;
    const all = { ascii, all: false, from, ...defined({ width: screenWidth(terminal.output) }) };
    const lines = settings.verbose ? preflightLines(site, findings, all) : openFindingLines(site, findings, all);
    printLines(terminal.output, [...lines, '']);
  }
}

/** Shows what would be done, asks, and begins. */
export async function beginPlan(
  plan: Plan,
  opened: Pick<OpenedSite, 'passwords' | 'world'>,
  settings: Settings,
  terminal: Terminal,
  {
    purpose: _purpose,
    accept: _accept,
    part: _part,
    refuse: _refuse,
    asked: _asked,
    answer: _answer,
    done,
    ...options
  }: Beginning,
): Promise<ExitCode> {
  if (!settings.json) {
    const lines = planLines(plan, { brief: true, ...defined({ done, width: screenWidth(terminal.output) }) });
    printLines(terminal.output, [...rehearsalNote(opened.world), ...lines]);
  }
  await confirmed(`Begin with ${plan.site.name}?`, options.verb, settings, terminal);
  const attended = terminal.interactive && !settings.yes && !settings.json;
  holdInterrupts();
  const run = await launch(plan, opened, settings, { ...options, attended });
  return watchRun(run, plan, settings, terminal, 'begun');
}
