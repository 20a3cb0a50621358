import type { PastRun } from '../../app/history.ts';
import { kloudspot } from '../../text/command.ts';
import { durationWords } from '../../text/duration.ts';
import { columns } from '../../text/table.ts';
import { cellsOf, clipped } from '../../text/width.ts';

/** `width`: cells of a terminal; undefined for a pipe or a file. */
interface Page {
  readonly width: number | undefined;
  readonly ascii: boolean;
}

/** A table, and below it what failed. */
export function historyLines(runs: readonly PastRun[], page: Page): string[] {
  const [newest] = runs;
  if (newest === undefined) return [`No runs yet. ${kloudspot('apply')}  starts one.`];
  const failed = runs.flatMap(({ run, failedTitles: steps }) =>
    steps.length === 0 ? [] : [`  ${run}: ${steps.join(', ')}`],
  );
  return [
    ...table(runs, page),
    ...(failed.length === 0 ? [] : ['', 'Failed steps:', ...failed]),
    '',
    `${kloudspot(`attach ${newest.run}`)}  shows that run again.`,
  ];
}

function table(runs: readonly PastRun[], { width = Number.POSITIVE_INFINITY, ascii }: Page): string[] {
  const whole = columns([
    ['Run', 'Began (UTC)', 'Took', 'Who', 'For', 'Site', 'Steps done', 'Result'],
    ...runs.map((one) => [one.run, began(one), took(one), who(one), asked(one), site(one), steps(one), one.result]),
  ]);
  if (Math.max(...whole.map(cellsOf)) <= width) return whole;
  const narrow = (cut: (who: string, site: string) => readonly [who: string, site: string]): string[] =>
    columns([
      ['Run', 'Took', ...cut('Who', 'Site'), 'For', 'Steps', 'Result'],
      ...runs.map((one) => {
        const { done, all = '?' } = one.steps;
        const [verb = ''] = asked(one).split(' ');
        return [one.run, took(one), ...cut(who(one), site(one)), verb, `${done}/${all}`, one.result];
      }),
    ]);
  const room = width - Math.max(...narrow(() => ['', '']).map(cellsOf));
  const longest = (texts: readonly string[]): number => Math.max(...texts.map(cellsOf));
  const names = Math.min(
    longest(['Site', ...runs.map(site)]),
    Math.max(room - longest(['Who', ...runs.map(who)]), room / 2),
  );
  const shown = (text: string, cells: number): string =>
    clipped(text, Math.max(4, Math.floor(cells)), ascii ? '...' : '…');
  return narrow((by, of) => [shown(by, room - names), shown(of, names)]);
}

/** What was asked for, in the words of the command. */
const asked = ({ verb, purpose = '-' }: PastRun): string => verb ?? purpose;

const site = ({ site: name }: PastRun): string => name ?? '-';

const steps = ({ steps: { done, all, changed } }: PastRun): string => `${done} of ${all ?? '?'}, ${changed} changed`;

function began({ by }: PastRun): string {
  const at = by[0]?.at;
  return at === undefined ? '-' : `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}

const took = ({ spentMs }: PastRun): string => (spentMs === undefined ? '-' : durationWords(spentMs));

/** Who has carried it, each once. */
function who({ by }: PastRun): string {
  return (
    [...new Set(by.map(({ owner, host }) => (owner.includes('@') ? owner : `${owner}@${host}`)))].join(', ') || '-'
  );
}
