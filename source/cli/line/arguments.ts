import { distance as edits } from '../../errors/distance.ts';
import { Fault } from '../../errors/fault.ts';

/** What can stand before or behind a verb with a value of its own. `rehearse` may stand without one. */
const valueFlags = new Set(['site', 'root', 'speed', 'password-file', 'password-fd']);

export interface Spoken {
  /** One or two words, or undefined where none was given. */
  readonly verb: string | undefined;
  /** All the rest, in order; flags that stood before the verb come first. */
  readonly rest: readonly string[];
}

/** Splits an argument list into the verb and what belongs to it. `verbs` holds names of one or two words. */
export function splitVerb(argv: readonly string[], verbs: ReadonlySet<string>): Spoken {
  const before: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word.startsWith('-')) {
      before.push(word);
      const next = argv[index + 1];
      const flag = word.slice(2);
      const takesNext = valueFlags.has(flag) || (flag === 'rehearse' && next !== undefined && !startsVerb(next, verbs));
      if (takesNext && next !== undefined && !next.startsWith('-')) before.push(argv[++index] ?? '');
      continue;
    }
    const two = `${word} ${argv[index + 1] ?? ''}`;
    if (verbs.has(two)) return { verb: two, rest: [...before, ...argv.slice(index + 2)] };
    return { verb: word, rest: [...before, ...argv.slice(index + 1)] };
  }
  return { verb: undefined, rest: before };
}

function startsVerb(word: string, verbs: ReadonlySet<string>): boolean {
  return [...verbs].some((verb) => verb === word || verb.startsWith(`${word} `));
}

/** `--rehearse` alone means the default scenario: an option whose value may be left out is written out for the parser. */
export function writeOutRehearse(argv: readonly string[]): string[] {
  return argv.map((word, index) => {
    if (word !== '--rehearse') return word;
    const next = argv[index + 1];
    return next === undefined || next.startsWith('-') ? '--rehearse=' : word;
  });
}

interface FlagShape {
  readonly type?: string | undefined;
  readonly alias?: string | readonly string[] | undefined;
  readonly options?: readonly string[];
}

/** The parser takes what it does not know in silence; an operator's typing error must not pass as a default. */
export function refuseUnknown(argv: readonly string[], flags: Readonly<Record<string, FlagShape>>, verb: string): void {
  const words = Object.entries(flags);
  const named = words.filter(([, flag]) => flag.type !== 'positional');
  const known = new Set(named.flatMap(([name, flag]) => [name, ...[flag.alias ?? []].flat()]));
  const positionals = words.length - named.length;
  let free = 0;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-') || word === '-') {
      free++;
      if (free > positionals) throw usage(`${word} is one word too many.`, verb);
      continue;
    }
    const [name = '', value] = word.replace(/^--?/, '').split('=', 2);
    const plainName = known.has(name) ? name : name.replace(/^no-/, '');
    if (!known.has(plainName)) throw usage(`There is no flag ${word.split('=')[0]}.`, verb, nearest(name, known));
    const shape = named.find(([key, flag]) => key === plainName || [flag.alias ?? []].flat().includes(plainName))?.[1];
    if (shape?.type === 'boolean' || value !== undefined) continue;
    const next = argv[++index];
    if (next === undefined || (next.startsWith('-') && next !== '-')) throw usage(`${word} needs a value.`, verb);
  }
}

function usage(what: string, verb: string, near?: string): Fault {
  return new Fault({
    what,
    next: [...(near ? [`Did you mean --${near}?`] : []), `kloudspot ${verb} --help lists what there is.`],
  });
}

/** The known word that differs in at most two letters. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    // Of two equally near words the one of the same length: letters are swapped more often than forgotten.
    const distance = edits(word, candidate) + (word.length === candidate.length ? 0 : 0.5);
    if (distance < 3 && distance < (best?.distance ?? 3)) best = { word: candidate, distance };
  }
  return best?.word;
}
