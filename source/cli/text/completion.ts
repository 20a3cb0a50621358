import type { Flag, Flags, Operand } from '../line/flags.ts';

/** The shells that a completion is written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a completion offers of a verb. */
export interface CompletedVerb {
  /** One or two words. */
  readonly name: string;
  /** One line. */
  readonly about: string;
  readonly flags: Flags;
  readonly operand?: Operand;
}

/** Words to choose from, by what the help calls a value: `SCENARIO`. */
export type NamedValues = Readonly<Record<string, readonly string[]>>;

/** A script that the shell reads to complete verbs, flags, and the names and paths that they take. */
export function completion(shell: Shell, verbs: readonly CompletedVerb[], named: NamedValues): string {
  return { bash, zsh, fish }[shell](verbs, named);
}

const spelled = (name: string, { negative }: Flag): string => `--${negative ? 'no-' : ''}${name}`;
const takesPath = ({ value }: Flag): boolean => value === 'FILE' || value === 'DIR';
const takesValue = ({ value, optional }: Flag): boolean => value !== undefined && optional !== true;
const flagsOf = ({ flags }: CompletedVerb): [string, Flag][] =>
  Object.entries(flags).map(([name, flag]) => [spelled(name, flag), flag]);
const distinct = (words: readonly string[]): string[] => [...new Set(words)];
const lines = (text: readonly string[]): string => `${text.join('\n')}\n`;

const valuesOf = ({ operand }: CompletedVerb, named: NamedValues): readonly string[] =>
  operand?.values ?? named[operand?.name ?? ''] ?? [];
const namesOf = ({ value }: Flag, named: NamedValues): readonly string[] => named[value ?? ''] ?? [];

/** Words that may come first: the verbs of one word, and the first words of the others. */
const firstWords = (verbs: readonly CompletedVerb[]): string[] => distinct(verbs.map(({ name }) => head(name)));
const head = (name: string): string => name.split(' ', 1).join('');
const tails = (verbs: readonly CompletedVerb[], first: string): string[] =>
  verbs.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
const groups = (verbs: readonly CompletedVerb[]): string[] =>
  distinct(verbs.filter(({ name }) => name.includes(' ')).map(({ name }) => head(name)));

function bash(verbs: readonly CompletedVerb[], named: NamedValues): string {
  const all = verbs.flatMap(flagsOf);
  const paths = distinct(all.filter(([, flag]) => takesPath(flag)).map(([name]) => name));
  const chosen = new Map(all.filter(([, flag]) => namesOf(flag, named).length > 0));
  const values = distinct(
    all.filter(([name, flag]) => takesValue(flag) && !takesPath(flag) && !chosen.has(name)).map(([name]) => name),
  );
  return lines([
    '# bash completion for kloudspot',
    '_kloudspot() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words',
    '  COMPREPLY=()',
    '  case $before in',
    `    ${paths.join('|')}) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;`,
    ...(values.length === 0 ? [] : [`    ${values.join('|')}) return ;;`]),
    ...[...chosen].map(([name, flag]) => bashNames(name, flag, namesOf(flag, named))),
    '  esac',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words='${firstWords(verbs).join(' ')} --help --version'`,
    '  else',
    '    case "${COMP_WORDS[1]} ${COMP_WORDS[2]:-}" in',
    ...verbs
      .filter(({ name }) => name.includes(' '))
      .map((verb) => `      '${verb.name}') words='${bashFlags(verb, named)}' ;;`),
    ...groups(verbs).map((group) => `      '${group} '*) words='${tails(verbs, group).join(' ')}' ;;`),
    ...verbs
      .filter(({ name }) => !name.includes(' '))
      .map((verb) => `      '${verb.name} '*) words='${bashFlags(verb, named)}' ;;`),
    '    esac',
    '  fi',
    '  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")',
    '}',
    'complete -o filenames -F _kloudspot kloudspot',
  ]);
}

/** Behind a flag whose value may be left out another flag may be typed. */
function bashNames(name: string, { optional, value }: Flag, names: readonly string[]): string {
  const files = value?.endsWith('|FILE') ? ' -f' : '';
  const offer = `mapfile -t COMPREPLY < <(compgen${files} -W '${names.join(' ')}' -- "$word"); return`;
  return `    ${name}) ${optional ? `if [[ $word != -* ]]; then ${offer}; fi` : offer} ;;`;
}

const bashFlags = (verb: CompletedVerb, named: NamedValues): string =>
  [...valuesOf(verb, named), ...flagsOf(verb).map(([name]) => name), '--help'].join(' ');

function zsh(verbs: readonly CompletedVerb[], named: NamedValues): string {
  return lines([
    '#compdef kloudspot',
    '# zsh completion for kloudspot',
    '_kloudspot() {',
    '  local -a first',
    '  first=(',
    ...firstWords(verbs).map((word) => `    ${quoted(`${word}:${aboutWord(verbs, word)}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then _describe verb first; return; fi',
    '  case "$words[2] $words[3]" in',
    ...verbs.filter(({ name }) => name.includes(' ')).map((verb) => zshVerb(verb, quoted(verb.name), named)),
    ...groups(verbs).map(
      (group) =>
        `    ${quoted(`${group} `)}*) local -a second; second=(${tails(verbs, group)
          .map((tail) => quoted(`${tail}:${aboutWord(verbs, `${group} ${tail}`)}`))
          .join(' ')}); _describe word second ;;`,
    ),
    ...verbs
      .filter(({ name }) => !name.includes(' '))
      .map((verb) => zshVerb(verb, `${quoted(`${verb.name} `)}*`, named)),
    '  esac',
    '}',
    // Read by `source` or through the function path: the latter calls it at once.
    'if [ "$funcstack[1]" = "_kloudspot" ]; then _kloudspot "$@"; else compdef _kloudspot kloudspot; fi',
  ]);
}

const aboutWord = (verbs: readonly CompletedVerb[], name: string): string =>
  (verbs.find((verb) => verb.name === name)?.about ?? `${tails(verbs, name).join(', ')}`).replaceAll(':', '\\:');

function zshVerb(verb: CompletedVerb, pattern: string, named: NamedValues): string {
  const specs = flagsOf(verb).map(([name, flag]) =>
    quoted(`${name}[${inBrackets(flag.about)}]${zshValue(flag, namesOf(flag, named))}`),
  );
  const values = valuesOf(verb, named).join(' ');
  const rest = quoted(values === '' ? '*:: :' : `*:${verb.operand?.name}:(${values})`);
  // Flags are looked for behind the verb: where its words are operands, none has a value.
  const count = verb.name.split(' ').length;
  return `    ${pattern}) shift ${count} words; (( CURRENT -= ${count} )); _arguments -S ${[...specs, rest].join(' \\\n      ')} ;;`;
}

const zshValue = (flag: Flag, names: readonly string[]): string => {
  if (names.length > 0) return `${flag.optional ? '::' : ':'}${flag.value}:(${names.join(' ')})`;
  if (takesPath(flag)) return `:${flag.value}:_files`;
  return takesValue(flag) ? `:${flag.value}: ` : '';
};

const inBrackets = (text: string): string => text.replace(/[[\]:\\]/g, (mark) => `\\${mark}`);

function fish(verbs: readonly CompletedVerb[], named: NamedValues): string {
  const known = firstWords(verbs).join(' ');
  return lines([
    '# fish completion for kloudspot',
    'complete -c kloudspot -f',
    ...firstWords(verbs).map(
      (word) =>
        `complete -c kloudspot -n 'not __fish_seen_subcommand_from ${known}' -a ${word} -d ${quoted(aboutWord(verbs, word))}`,
    ),
    ...groups(verbs).flatMap((group) =>
      tails(verbs, group).map(
        (tail) =>
          `complete -c kloudspot -n '__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${tails(verbs, group).join(' ')}' -a ${tail} -d ${quoted(aboutWord(verbs, `${group} ${tail}`))}`,
      ),
    ),
    ...verbs.flatMap((verb) => fishFlags(verb, named)),
  ]);
}

function fishFlags(verb: CompletedVerb, named: NamedValues): string[] {
  const seen = verb.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const rule = `complete -c kloudspot -n '${seen.join('; and ')}'`;
  const flags = flagsOf(verb).flatMap(([name, flag]) => {
    const names = namesOf(flag, named).join(' ');
    const value = takesPath(flag)
      ? ' -r -F'
      : takesValue(flag)
        ? ` -x${names === '' ? '' : ` -a ${quoted(names)}`}`
        : '';
    return [
      `${rule} -l ${name.slice(2)}${value} -d ${quoted(flag.about)}`,
      // To fish a value that may be left out follows "=" only.
      ...(flag.optional && names !== ''
        ? [`complete -c kloudspot -n '${seen.join('; and ')}; and __fish_prev_arg_in ${name}' -a ${quoted(names)}`]
        : []),
    ];
  });
  return [...valuesOf(verb, named).map((value) => `${rule} -a ${value}`), ...flags];
}

/** For bash, zsh and fish alike: none of the texts ends in a backslash. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
