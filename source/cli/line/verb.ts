import type { ExitCode } from '../../errors/fault.ts';
import { type Parsed, parseWords, type Shape } from './arguments.ts';
import type { Flags } from './flags.ts';

/** What is shown of a verb by its help. */
export interface VerbShape<F extends Flags = Flags> extends Shape<F> {
  /** What it does, in a few sentences. */
  readonly about: string;
}

/** A verb as the table of verbs sees it, whatever its flags are. */
export interface Verb extends VerbShape {
  run(words: readonly string[]): Promise<ExitCode>;
}

export interface VerbDefinition<F extends Flags> extends VerbShape<F> {
  run(given: Parsed<F>): Promise<ExitCode>;
}

/** A verb whose flags are parsed when it is called. */
export function defineVerb<const F extends Flags>(definition: VerbDefinition<F>): Verb {
  return { ...definition, run: async (words) => definition.run(parseWords(words, definition)) };
}
