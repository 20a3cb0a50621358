import type { Message } from '../../microk8s/messages.ts';
import type { Product } from '../../product/schema.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';

/** A command that takes time: it yields the ms that pass before it goes on, and gives its exit code. */
export type Steps = Generator<number, number, void>;

/** One run of one command on one simulated machine: what it is given, and all that it can do. */
export interface Call {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** Without the program. */
  readonly words: readonly string[];
  readonly stdin: string;
  readonly root: boolean;
  readonly product: Product | undefined;
  /** Writes text; whole lines are passed on as they come. */
  out(text: string): void;
  err(text: string): void;
  look<Result>(see: (machine: Machine, state: State, now: number) => Result): Result;
  change<Result>(act: (machine: Machine, state: State, now: number) => Result): Result;
  /** Runs another command in its place, with the same input and output. */
  exec(argv: readonly string[]): Steps;
  /** Runs another command that prints to us. */
  capture(
    argv: readonly string[],
  ): Generator<number, { readonly code: number; readonly stdout: string; readonly stderr: string }, void>;
}

/** A program that simulated machines have. */
export type Program = (call: Call) => number | Steps;

/** Prints one line on standard error and ends: the usual way to refuse. */
export function refuse(call: Call, text: string, code = 1): number {
  call.err(`${text}\n`);
  return code;
}

export function say(call: Call, text: string, code = 0): number {
  call.out(`${text}\n`);
  return code;
}

/** Prints one of MicroK8s' messages on its stream and ends with its exit code. */
export function answer(call: Pick<Call, 'out' | 'err'>, message: Message): number {
  tell(call, message);
  return message.code;
}

/** Prints one of MicroK8s' messages on its stream; the command goes on. */
export function tell(call: Pick<Call, 'out' | 'err'>, { text, stream }: Message): void {
  (stream === 'stdout' ? call.out : call.err)(`${text}\n`);
}

/** Options and the other words of a command line. `valued` names the options that take a value. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

/** Reads `-x`, `--long`, `--long=value`, `--long value` and `-x value`; everything after `--` is `rest`. */
export function optionsOf(words: readonly string[], valued: readonly string[] = []): Options {
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const keep = (name: string, value: string) => values.set(name, [...(values.get(name) ?? []), value]);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') {
      rest.push(...words.slice(index + 1));
      break;
    }
    const [, name = word, value] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
    if (!word.startsWith('-') || word === '-') rest.push(word);
    else if (value !== undefined) keep(name, value);
    else if (valued.includes(word)) {
      index += 1;
      keep(word, words[index] ?? '');
    } else flags.add(word);
  }
  return { flags, values, rest };
}

/** The last value given to any of these options. */
export function lastValue(options: Options, ...names: readonly string[]): string | undefined {
  return names.flatMap((name) => options.values.get(name) ?? []).at(-1);
}
