import { exitCodes } from '../../errors/exit-codes.ts';
import { columns } from '../../text/table.ts';
import { folded } from '../../text/width.ts';
import { type Flag, flagWords, globalFlags, operandWords } from './flags.ts';
import type { VerbShape } from './verb.ts';

/** The help fits a terminal of this many columns. */
const width = 80;

/** What `kloudspot VERB --help` prints. */
export function verbHelp({ name, about, flags, operand }: VerbShape): string {
  const own = Object.entries(flags).filter(([flag]) => !(flag in globalFlags));
  const shared = Object.entries(flags).filter(([flag]) => flag in globalFlags);
  const operands = operand === undefined ? [] : [[operand.name, operand.about]];
  return linesOf([
    ...folded(about, width),
    '',
    `Usage: kloudspot ${name}${operand === undefined ? '' : ` ${operandWords(operand)}`} [flags]`,
    ...section(`For ${name}:`, [...operands, ...own.map(flagRow)]),
    ...section('For every verb:', shared.map(flagRow)),
    '',
    'kloudspot help exit-codes  lists the exit codes.',
  ]);
}

/** What a word prints that begins several verbs, such as `storage`. */
export function groupHelp(group: string, verbs: readonly (readonly [name: string, about: string])[]): string {
  const rows = verbs.map(([name, about]) => [`kloudspot ${name}`, about]);
  return linesOf([`${group} needs one more word:`, '', ...indented(rows)]);
}

/** What `kloudspot help exit-codes` prints. */
export function exitCodeHelp(): string {
  const rows = exitCodes.map(({ code, means, next }) => [
    String(code).padStart(3),
    (next === undefined ? means : `${means}; next: ${next}`).replaceAll('`', ''),
  ]);
  return linesOf(['The exit codes of every verb:', '', ...indented(rows)]);
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...indented(rows)];
}

const flagRow = ([name, flag]: readonly [string, Flag]): string[] => [flagWords(name, flag), flag.about];

const indented = (rows: readonly (readonly string[])[]): string[] =>
  columns(rows, width - 2).map((line) => `  ${line}`);

const linesOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
