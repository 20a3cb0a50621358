import type { ArgsDef, CommandContext, CommandDef } from 'citty';
import type { ExitCode } from '../fault/fault.ts';

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
    usage: async () => (await import('citty')).renderUsage(command, { meta: { name: 'kloudspot' } }),
    run: async (argv) => {
      const { runCommand } = await import('citty');
      await runCommand(command, { rawArgs: [...argv] });
      return code;
    },
  };
}
