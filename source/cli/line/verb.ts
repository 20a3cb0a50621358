import type { ArgsDef, CommandContext, CommandDef } from 'citty';
import type { ExitCode } from '../../errors/fault.ts';

/** A verb as the table of commands sees it, whatever its flags are. */
export interface Verb {
  readonly flags: ArgsDef;
  usage(): Promise<string>;
  run(argv: readonly string[]): Promise<ExitCode>;
}

export interface VerbDefinition<Flags extends ArgsDef> {
  /** `kloudspot NAME`. */
  readonly name: string;
  /** What it does, with its exit codes where they matter: shown by --help. */
  readonly description: string;
  readonly flags: Flags;
  run(context: CommandContext<Flags>): Promise<ExitCode>;
}

/** citty parses and draws the help; it is loaded when the verb is called. */
export function defineVerb<const Flags extends ArgsDef>(definition: VerbDefinition<Flags>): Verb {
  let code: ExitCode = 0;
  const command: CommandDef<Flags> = {
    meta: { name: definition.name, description: definition.description },
    args: definition.flags,
    run: async (context) => {
      code = await definition.run(context);
    },
  };
  return {
    flags: definition.flags,
    usage: async () => {
      const usage = await (await import('citty')).renderUsage(command, { meta: { name: 'kloudspot' } });
      // Its first line repeats the whole description behind the last word: say it once, in lines that fit.
      const [, ...rest] = usage.split('\n');
      return [...folded(definition.description), ...rest].join('\n');
    },
    run: async (argv) => {
      const { runCommand } = await import('citty');
      await runCommand(command, { rawArgs: [...argv] });
      return code;
    },
  };
}

/** In lines of at most 78 columns. */
function folded(text: string): string[] {
  return text.match(/.{1,78}(?:\s|$)/g)?.map((line) => line.trimEnd()) ?? [text];
}
