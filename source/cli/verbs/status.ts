import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '../../app/connect.ts';
import { observeSite } from '../../app/observe-site.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { type OpenedSite, openSite } from '../../app/site.ts';
import { unfinishedRun } from '../../engine/runs.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { HostFault } from '../../host/host-fault.ts';
import { targetOf } from '../../network/targets.ts';
import { reportLines } from '../../status/lines.ts';
import type { StatusReport } from '../../status/report.ts';
import { judge } from '../../status/verdict.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { accessPrompts } from '../line/access.ts';
import { globalFlags } from '../line/flags.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import { printJson, printLines, processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

/** ms between two looks of --watch. */
const every = 5_000;

export default defineVerb({
  name: 'status',
  about:
    'One verdict on cluster and product (ok, degraded, down), the reasons in plain words, and the next command. Works with nodes that are dead, and answers within about 10 seconds.',
  flags: { ...globalFlags, watch: { type: 'boolean', about: 'Look again and again until Ctrl-C.' } },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const opened = await openSite(settings);
    try {
      await enter(opened, settings, terminal);
      if (args.watch) return await watch(opened, settings, terminal);
      return show(await statusOf(opened, settings), opened, settings, terminal);
    } finally {
      await opened.close();
    }
  },
});

async function statusOf(opened: OpenedSite, settings: Settings): Promise<StatusReport> {
  const [seen, run] = await Promise.all([observeSite(opened), unfinishedRun(settings.files)]);
  return withRun(judge(opened.site, opened.product, seen), run?.state);
}

/** A run that is not finished explains most of it: to continue it comes before every other advice. */
export function withRun(report: StatusReport, run: string | undefined): StatusReport {
  if (run === undefined) return report;
  const [reason, next] =
    run === 'running'
      ? ['A run is under way.', kloudspot('attach')]
      : ['The last run is not finished.', kloudspot('resume')];
  return { ...report, reasons: [reason, ...report.reasons].slice(0, 5), next };
}

/** Host keys and passwords are asked for only where a node that answers refuses access: dead nodes are not waited for. */
async function enter({ site, world, passwords }: OpenedSite, settings: Settings, terminal: Terminal): Promise<void> {
  const targets = site.nodes.map(targetOf);
  const tries = await Promise.all(
    targets.map(async (target) => {
      try {
        await Promise.race([world.hosts.get(target), wait(4_000, undefined, { ref: false })]);
        return [];
      } catch (error) {
        const refused = error instanceof HostFault && error.kind !== 'unreachable' && error.kind !== 'deadline';
        return refused ? [target] : [];
      }
    }),
  );
  const refused = tries.flat();
  if (refused.length > 0) await connect(refused, { world, passwords, prompts: accessPrompts(settings, terminal) });
}

function show(report: StatusReport, { world }: OpenedSite, settings: Settings, terminal: Terminal): ExitCode {
  if (settings.json) printJson(terminal, report);
  else printLines(terminal.output, [...rehearsalNote(world), ...reportLines(report)]);
  return exitCode.done;
}

async function* reports(look: () => Promise<StatusReport>, signal: AbortSignal): AsyncGenerator<StatusReport> {
  while (!signal.aborted) {
    yield await look();
    await wait(every, undefined, { signal }).catch(() => undefined);
  }
}

async function watch(opened: OpenedSite, settings: Settings, terminal: Terminal): Promise<ExitCode> {
  const leave = new AbortController();
  const live = reports(() => statusOf(opened, settings), leave.signal);
  try {
    if (settings.json || settings.plain || !terminal.capable) {
      process.once('SIGINT', () => leave.abort());
      return await watchAsLines(live, settings, terminal);
    }
    const { runInkStatus } = await import('../../ui/ink/status.tsx');
    const { ascii, color } = settings;
    const { scenario } = opened.world;
    return await runInkStatus({
      site: opened.site.name,
      reports: live,
      ascii,
      color,
      ...defined({ rehearsal: scenario }),
    });
  } finally {
    leave.abort();
  }
}

/** The whole report once, then again whenever something in it has changed. With --json: every look, one object a line. */
async function watchAsLines(
  live: AsyncIterable<StatusReport>,
  settings: Settings,
  terminal: Terminal,
): Promise<ExitCode> {
  let told = '';
  for await (const report of live) {
    const news = JSON.stringify([report.verdict, report.nodes.map(({ since, ...rest }) => rest), report.components]);
    if (settings.json) terminal.output.write(`${JSON.stringify(report)}\n`);
    else if (news !== told) printLines(terminal.output, [...reportLines(report), '']);
    told = news;
  }
  return exitCode.done;
}
