import { parseArgs } from 'node:util';
import { Fault } from '../../errors/fault.ts';
import { nearest } from '../../text/nearest.ts';
import { type Flag, type Flags, flagWords, globalFlags, type Operand, type ParserConfig } from './flags.ts';

/** What a verb takes. */
export interface Shape<F extends Flags = Flags> {
  /** `plan`, `storage list`. */
  readonly name: string;
  readonly flags: F;
  readonly operand?: Operand;
}

/** The values of flags: undefined where one was not given. */
export type Values<F extends Flags> = ReturnType<typeof parseArgs<ParserConfig<F>>>['values'];

export interface Parsed<F extends Flags> {
  readonly args: Values<F>;
  readonly operand: string | undefined;
  readonly operands: readonly string[];
}

/** Understands the words behind a verb. Throws a `Fault` (exit code 2) for an unknown flag, a missing value, a word too many or too few. */
export function parseWords<F extends Flags>(words: readonly string[], shape: Shape<F>): Parsed<F> {
  const args = withEmptyValues(words, shape.flags);
  refuseWrong(args, shape);
  const { values, positionals } = parseArgs<ParserConfig<F>>({
    args,
    options: shape.flags,
    strict: true,
    allowNegative: true,
    allowPositionals: true,
  });
  return { args: values, operand: positionals[0], operands: positionals };
}

/** Values of a flag that may be given several times, each also a list with commas. */
export const listOf = (values: readonly string[] | undefined): string[] =>
  (values ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');

/** A flag whose value may be left out gets the empty one, so that it does not take the next flag or a verb for it. */
function withEmptyValues(words: readonly string[], flags: Flags, verbs: ReadonlySet<string> = new Set()): string[] {
  return words.map((word, index) => {
    if (!word.startsWith('--') || flags[word.slice(2)]?.optional !== true) return word;
    const next = words[index + 1];
    return next === undefined || next.startsWith('-') || startsVerb(next, verbs) ? `${word}=` : word;
  });
}

function refuseWrong(args: string[], shape: Shape): void {
  const { name, operand } = shape;
  const { tokens } = parseArgs({ args, options: shape.flags, ...lenient });
  let free = 0;
  for (const token of tokens) {
    if (token.kind === 'option') refuseWrongFlag(token, shape);
    if (token.kind === 'positional' && ++free > (operand === undefined ? 0 : (operand.words ?? 1)))
      throw usage(shape, `Unexpected argument ${token.value}.`);
  }
  // A verb that takes several words says itself which one is missing.
  if (free === 0 && operand?.required && operand.words === undefined)
    throw usage(shape, `kloudspot ${name} needs a ${operand.name}.`);
}

/** For finding what is wrong with our own words; a second pass then reads the values strictly. */
const lenient = { strict: false, allowNegative: true, allowPositionals: true, tokens: true } as const;

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function refuseWrongFlag({ name, rawName, value, inlineValue }: OptionToken, shape: Shape): void {
  const flag = shape.flags[name];
  const negated = rawName.startsWith('--no-') && !rawName.startsWith(`--${name}`);
  if (flag === undefined || (negated && flag.type === 'string'))
    throw usage(shape, `Unknown flag ${rawName}.`, didYouMean(name, shape.flags));
  if (flag.type === 'boolean') {
    if (value !== undefined) throw usage(shape, `${rawName} takes no value.`);
    return;
  }
  if (isMissing(flag, value, inlineValue))
    throw usage(shape, `${rawName} needs a value.`, `Write ${flagWords(name, flag)}`);
}

function didYouMean(name: string, flags: Flags): string | undefined {
  const near = nearest(name, Object.keys(flags));
  const flag = near === undefined ? undefined : flags[near];
  return near === undefined || flag === undefined ? undefined : `Did you mean ${flagWords(near, flag)}?`;
}

function isMissing(flag: Flag, value: string | undefined, inline: boolean | undefined): boolean {
  if (value === undefined || value === '') return flag.optional !== true;
  return !inline && value.startsWith('-') && value !== '-';
}

function usage({ name }: Shape, what: string, advice?: string): Fault {
  return new Fault({
    what,
    next: [...(advice ? [advice] : []), `kloudspot ${name} --help lists what there is.`],
  });
}

export interface Spoken {
  /** One or two words, or undefined where none was given. */
  readonly verb: string | undefined;
  /** All the rest, in order; flags that came before the verb come first. */
  readonly rest: readonly string[];
}

/** Splits an argument list into the verb and what belongs to it. `verbs` holds names of one or two words. */
export function splitVerb(argv: readonly string[], verbs: ReadonlySet<string>): Spoken {
  const args = withEmptyValues(argv, globalFlags, verbs);
  const { tokens } = parseArgs({ args, options: globalFlags, ...lenient });
  const first = tokens.find(({ kind }) => kind === 'positional');
  if (first === undefined) return { verb: undefined, rest: args };
  const words = args.slice(first.index, first.index + 2);
  const taken = isGroup(words[0] ?? '', verbs) && words[1]?.startsWith('-') === false ? 2 : 1;
  const verb = words.slice(0, taken).join(' ');
  return { verb, rest: [...args.slice(0, first.index), ...args.slice(first.index + taken)] };
}

/** Whether a word begins names of two words, and is not a name itself. */
const isGroup = (word: string, verbs: ReadonlySet<string>): boolean =>
  [...verbs].some((verb) => verb.startsWith(`${word} `));

const startsVerb = (word: string, verbs: ReadonlySet<string>): boolean => verbs.has(word) || isGroup(word, verbs);
