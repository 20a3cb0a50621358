import { setTimeout as wait } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { type Entered, enterNodes } from '../../app/enter-nodes.ts';
import type { Settings } from '../../app/settings.ts';
import type { OpenedSite } from '../../app/site.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { targetOf } from '../../network/targets.ts';
import { reportLines, verdictLines } from '../../status/lines.ts';
import type { StatusReport, Verdict } from '../../status/report.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import type { PlainOutput } from '../../ui/plain/output.ts';
import { globalFlags } from '../line/flags.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import { withSite } from '../line/site-verb.ts';
import { printJson, printLines, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

/** ms between two looks of --watch. */
const every = 5_000;

export default defineVerb({
  name: 'status',
  about:
    'Show one verdict on cluster and product (ok, degraded, down, unknown), the reasons, and the next command. Works with dead nodes, and answers within about 10 seconds.',
  flags: {
    ...globalFlags,
    watch: { type: 'boolean', about: 'Refresh until Ctrl-C.' },
    'exit-code': {
      type: 'boolean',
      about: 'Report the verdict by the exit code: 0 ok, 10 degraded, 11 down, 12 unknown.',
    },
  },
  run: ({ args }) =>
    withSite(args, async ({ opened, settings, terminal }) => {
      // What judges the nodes is loaded while they answer.
      const entered = enterNodes(opened.site.nodes.map(targetOf), opened, async () =>
        (await import('../line/access.ts')).accessPrompts(settings, terminal),
      );
      const [{ statusOf }, { refused, changed }] = await Promise.all([import('../../app/observe-site.ts'), entered]);
      tellChanged(changed, terminal);
      const look = () => statusOf(opened, settings.files, { refused });
      const last = args.watch
        ? await watch(look, opened, settings, terminal)
        : show(await look(), opened, settings, terminal);
      return args['exit-code'] ? codes[last?.verdict ?? 'unknown'] : exitCode.done;
    }),
});

/** What `--exit-code` makes of a verdict. */
const codes: Readonly<Record<Verdict, ExitCode>> = {
  ok: exitCode.done,
  degraded: exitCode.degraded,
  down: exitCode.down,
  unknown: exitCode.unknown,
};

/** How the old key of a node that shows another one is forgotten. */
function tellChanged({ unreached, advice }: Entered['changed'], { errors }: Terminal): void {
  for (const [node, why] of unreached)
    printLines(errors, [`! ${node} is not asked: ${why}`, `  Do: ${advice.get(node) ?? kloudspot('preflight')}`]);
}

function show(report: StatusReport, { world }: OpenedSite, settings: Settings, terminal: Terminal): StatusReport {
  if (settings.json) printJson(terminal, report);
  else printReport(report, rehearsalNote(world), terminal.output);
  return report;
}

type Screen = PlainOutput & Pick<Terminal['output'], 'isTTY' | 'rows'>;

/** What is longer than the screen scrolls away at its top: the verdict then ends it, too. */
export function printReport(report: StatusReport, notes: readonly string[], output: Screen): void {
  const lines = [...notes, ...reportLines(report)];
  printLines(output, output.isTTY && lines.length >= output.rows ? [...lines, '', ...verdictLines(report)] : lines);
}

/** One look after the other; each is kept as the last one. */
async function* reports(
  look: () => Promise<StatusReport>,
  keep: (report: StatusReport) => void,
  signal: AbortSignal,
): AsyncGenerator<StatusReport> {
  while (!signal.aborted) {
    const report = await look();
    keep(report);
    yield report;
    await wait(every, undefined, { signal }).catch(() => undefined);
  }
}

/** Gives the last report that was seen. */
async function watch(
  look: () => Promise<StatusReport>,
  opened: OpenedSite,
  settings: Settings,
  terminal: Terminal,
): Promise<StatusReport | undefined> {
  const leave = new AbortController();
  let last: StatusReport | undefined;
  const keep = (report: StatusReport) => {
    last = report;
  };
  const live = reports(look, keep, leave.signal);
  try {
    if (settings.json || settings.plain || !terminal.capable) {
      process.once('SIGINT', () => leave.abort());
      await watchAsLines(live, settings, terminal);
      return last;
    }
    await drawLive(live, opened, settings);
    return last;
  } finally {
    leave.abort();
  }
}

/** On the screen, where the page stands before Ink is loaded. */
async function drawLive(
  reports: AsyncIterable<StatusReport>,
  { site, world }: OpenedSite,
  { ascii, color }: Settings,
): Promise<void> {
  const page = { site: site.name, ascii, color, ...defined({ rehearsal: world.scenario }) };
  const [{ watchScreen }, { paintedFirst }] = await Promise.all([
    import('../../ui/ink/first-page/watch-screen.ts'),
    import('../line/put-on-screen.ts'),
  ]);
  await paintedFirst(
    (size) => watchScreen(page, size),
    async (painted) => {
      const { runInkStatus } = await import('../../ui/ink/status.tsx');
      await runInkStatus({ ...page, reports, ...painted });
    },
  );
}

/** The whole report once, then again whenever something in it has changed. With --json: every look, one object a line. */
async function watchAsLines(live: AsyncIterable<StatusReport>, settings: Settings, terminal: Terminal): Promise<void> {
  let told = '';
  for await (const report of live) {
    if (isGone(terminal.output)) return;
    const news = JSON.stringify([report.verdict, report.nodes.map(({ since, ...rest }) => rest), report.components]);
    if (settings.json) terminal.output.write(`${JSON.stringify(report)}\n`);
    else if (news !== told) printLines(terminal.output, [...reportLines(report), '']);
    told = news;
  }
}

/** A terminal that was closed. A job that the shell has let go gets no signal then, and writes only when something has changed. */
const isGone = (output: Terminal['output']): boolean =>
  output === process.stdout && output.isTTY && !isatty(process.stdout.fd);
