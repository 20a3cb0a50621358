import { type Flag, flagWords, globalFlags, operandWords } from '../../source/cli/line/flags.ts';
import type { CompletedVerb } from '../../source/cli/text/completion.ts';
import { exitCodes } from '../../source/errors/exit-codes.ts';

/** What the manual says of a verb beside what a completion offers: its whole description. */
export interface ManualVerb extends CompletedVerb {
  readonly description: string;
}

interface ManualPage {
  /** `kloudspot-storage-list.1` */
  readonly file: string;
  readonly text: string;
}

/** The pages of section 1: one of the program, one for each verb. From the same source as `--help`. */
export function manual(verbs: readonly ManualVerb[], version: string, seconds: number): ManualPage[] {
  const date = new Date(seconds * 1000).toISOString().slice(0, 10);
  const title = (name: string) => `.TH ${name.toUpperCase()} 1 "${date}" "kloudspot ${version}" "kloudspot"`;
  return [
    { file: 'kloudspot.1', text: page([title('kloudspot'), ...overview(verbs)]) },
    ...verbs.map((verb) => {
      const name = fileName(verb.name);
      return { file: `${name}.1`, text: page([title(name), ...verbPage(verb)]) };
    }),
  ];
}

const fileName = (verb: string): string => `kloudspot-${verb.replaceAll(' ', '-')}`;
const page = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

function overview(verbs: readonly ManualVerb[]): string[] {
  return [
    '.SH NAME',
    'kloudspot \\- from bare Ubuntu machines to a highly available MicroK8s cluster that runs a product',
    '.SH SYNOPSIS',
    '.B kloudspot',
    '.I VERB',
    '[\\fIflags\\fR]',
    '.SH VERBS',
    ...verbs.flatMap(({ name, about }) => ['.TP', `.B ${escaped(name)}`, `${escaped(about)}.`]),
    '.SH OPTIONS',
    'Flags that every verb takes:',
    ...Object.entries(globalFlags).flatMap(flagLines),
    ...exitStatus(),
    '.SH FILES',
    '.TP',
    '.I /etc/kloudspot/site.yaml',
    'The site, as root. Without root, and in a rehearsal, every file is under ~/.local/state.',
    '.TP',
    '.I /var/lib/kloudspot/runs',
    'Plan, journal and output of each run.',
    '.SH SEE ALSO',
    verbs.map(({ name }) => `.BR ${fileName(name).replaceAll('-', '\\-')} (1)`).join(',\n'),
  ];
}

function verbPage({ name, about, description, flags, operand }: ManualVerb): string[] {
  const own = Object.entries(flags).filter(([flag]) => !(flag in globalFlags));
  return [
    '.SH NAME',
    `${escaped(fileName(name))} \\- ${escaped(about.toLowerCase().slice(0, 1) + about.slice(1))}`,
    '.SH SYNOPSIS',
    `.B kloudspot ${escaped(name)}`,
    ...(operand === undefined ? [] : [`\\fI${escaped(operandWords(operand))}\\fR`]),
    '[\\fIflags\\fR]',
    '.SH DESCRIPTION',
    escaped(description),
    ...(operand === undefined ? [] : ['.TP', `.I ${escaped(operand.name)}`, escaped(operand.about)]),
    ...(own.length === 0 ? [] : ['.SH OPTIONS', ...own.flatMap(flagLines)]),
    ...exitStatus(),
    '.SH SEE ALSO',
    '.BR kloudspot (1)',
    'lists the flags that every verb takes.',
  ];
}

const flagLines = ([name, flag]: readonly [string, Flag]): string[] => [
  '.TP',
  `.B ${escaped(flagWords(name, flag))}`,
  escaped(flag.about),
];

const exitStatus = (): string[] => [
  '.SH EXIT STATUS',
  ...exitCodes.flatMap(({ code, means }) => ['.TP', `.B ${code}`, escaped(means.replaceAll('`', ''))]),
];

/** A line that begins with a dot or a quote would be an order to the formatter. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/gm, '\\&$&');
