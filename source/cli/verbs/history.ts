import { type PastRun, pastRuns } from '../../app/history.ts';
import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import { kloudspot } from '../../text/command.ts';
import { durationWords } from '../../text/duration.ts';
import { columns } from '../../text/table.ts';
import { globalFlags } from '../line/flags.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'history',
  about: 'List all runs, newest first: who began them, where and when, what for, and how they ended. Asks no node.',
  flags: { ...globalFlags },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const runs = await pastRuns(settings.files);
    if (settings.json) printJson(terminal, { runs });
    else printLines(terminal.output, historyLines(runs));
    return exitCode.done;
  },
});

/** A table, and below it what failed. */
function historyLines(runs: readonly PastRun[]): string[] {
  const [newest] = runs;
  if (newest === undefined) return [`There is no run yet. ${kloudspot('apply')}  starts one.`];
  const rows = runs.map((one) => [
    one.run,
    minute(one.by[0]?.at),
    took(one),
    who(one),
    one.purpose ?? '-',
    one.site ?? '-',
    `${one.steps.done} of ${one.steps.all ?? '?'}, ${one.steps.changed} changed`,
    one.result,
  ]);
  const failed = runs.flatMap(({ run, failed: steps }) =>
    steps.length === 0 ? [] : [`  ${run}: ${steps.join(', ')}`],
  );
  return [
    ...columns([['Run', 'Began (UTC)', 'Took', 'Who', 'For', 'Site', 'Steps done', 'Result'], ...rows]),
    ...(failed.length === 0 ? [] : ['', 'Failed steps:', ...failed]),
    '',
    `${kloudspot(`attach ${newest.run}`)}  shows that run again.`,
  ];
}

const minute = (at: string | undefined): string => (at === undefined ? '-' : `${at.slice(0, 10)} ${at.slice(11, 16)}`);

function took({ by, endedAt }: PastRun): string {
  const began = by[0]?.at;
  return began === undefined || endedAt === undefined ? '-' : durationWords(Date.parse(endedAt) - Date.parse(began));
}

/** Who has carried it, each once. */
function who({ by }: PastRun): string {
  return (
    [...new Set(by.map(({ owner, host }) => (owner.includes('@') ? owner : `${owner}@${host}`)))].join(', ') || '-'
  );
}
