import { exitCode, Fault } from '../../errors/fault.ts';
import { nearest, refuseUnknown, splitVerb, writeOutRehearse } from './arguments.ts';
import { processTerminal, reportFailure } from './terminal.ts';
import type { Verb } from './verb.ts';

export interface VerbEntry {
  /** One line for the help. */
  readonly about: string;
  /** Loaded only when the verb is called. */
  readonly load: () => Promise<{ readonly default: Verb }>;
  readonly hidden?: true;
}

/** By name, of one or two words. */
export type VerbTable = Readonly<Record<string, VerbEntry>>;

/** Finds the verb, runs it and sets the exit code; a failure is told in the operator's words. */
export async function dispatch(argv: readonly string[], verbs: VerbTable): Promise<void> {
  try {
    process.exitCode = await run(argv, verbs);
  } catch (error) {
    const settings = { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
    process.exitCode = reportFailure(error, settings, processTerminal());
  }
}

async function run(argv: readonly string[], verbs: VerbTable): Promise<number> {
  const names = new Set(Object.keys(verbs));
  const { verb: name, rest } = splitVerb(argv, names);
  if (name === undefined) throw new Fault({ what: 'There is no verb.', next: ['kloudspot --help lists them.'] });
  const entry = verbs[name];
  if (!entry) throw unknownVerb(name, names);
  const { default: verb } = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    const usage = await verb.usage();
    process.stdout.write(`${process.stdout.isTTY ? usage : withoutControlCodes(usage)}\n`);
    return exitCode.done;
  }
  const words = writeOutRehearse(rest);
  refuseUnknown(words, verb.flags, name);
  return verb.run(words);
}

function unknownVerb(name: string, names: ReadonlySet<string>): Fault {
  const group = [...names].filter((verb) => verb.startsWith(`${name} `));
  const near = nearest(name, names);
  return new Fault({
    what: group.length > 0 ? `kloudspot ${name} needs one more word.` : `There is no verb ${name}.`,
    next: [
      ...group.map((verb) => `kloudspot ${verb}`),
      ...(near ? [`Did you mean kloudspot ${near}?`] : []),
      'kloudspot --help lists the verbs.',
    ],
  });
}

function withoutControlCodes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is looked for.
  return text.replace(/\u001b\[\d+m/g, '');
}
