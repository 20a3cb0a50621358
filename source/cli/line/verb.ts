import type { ExitCode } from '../../errors/fault.ts';
import type { FirstPage } from '../first-page.ts';
import { type Parsed, parseWords, type Shape } from './arguments.ts';
import type { Flags } from './flags.ts';
import type { Standing } from './put-on-screen.ts';

/** What is shown of a verb by its help. */
export interface VerbShape<F extends Flags = Flags> extends Shape<F> {
  /** What it does, in a few sentences. */
  readonly about: string;
}

/** A verb as the table of verbs sees it, whatever its flags are. */
export interface Verb extends VerbShape {
  run(words: readonly string[], program: Program): Promise<ExitCode>;
}

export interface VerbEntry {
  /** One line for the help. */
  readonly about: string;
  /** Loaded only when the verb is called. */
  readonly load: () => Promise<{ readonly default: Verb }>;
  readonly hidden?: true;
}

/** By name, of one or two words. */
export type VerbTable = Readonly<Record<string, VerbEntry>>;

export interface Program {
  readonly verbs: VerbTable;
  readonly version: string;
  /** What is on the screen of `init` already. */
  readonly firstPage?: FirstPage | undefined;
  /** Where the page of a run is on the screen already. */
  readonly runPage?: Standing | undefined;
}

export interface VerbDefinition<F extends Flags> extends VerbShape<F> {
  run(given: Parsed<F>, program: Program): Promise<ExitCode>;
}

/** A verb whose flags are parsed when it is called. */
export function defineVerb<const F extends Flags>(definition: VerbDefinition<F>): Verb {
  return { ...definition, run: async (words, program) => definition.run(parseWords(words, definition), program) };
}
