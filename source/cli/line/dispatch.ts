import { exitCode, Fault } from '../../errors/fault.ts';
import { nearest } from '../../text/nearest.ts';
import { speaksUtf8 } from '../../text/speaks-utf8.ts';
import { splitVerb } from './arguments.ts';
import { endWithOutput, outliveOutput } from './closed-output.ts';
import { keepMemoryOutOfCoreFiles } from './core-dumps.ts';
import { globalFlags } from './flags.ts';
import { processTerminal, reportFailure } from './terminal.ts';
import type { Program, Verb, VerbEntry, VerbTable } from './verb.ts';

/** Finds the verb, runs it and sets the exit code; a failure is shown in the operator's words. */
export async function dispatch(argv: readonly string[], program: Program): Promise<void> {
  keepMemoryOutOfCoreFiles();
  try {
    process.exitCode = await run(argv, program);
  } catch (error) {
    program.firstPage?.onScreen?.giveBack();
    program.runPage?.giveBack();
    const ascii = argv.includes('--ascii') || !speaksUtf8(process.env);
    const settings = { ascii, json: argv.includes('--json'), verbose: argv.includes('--verbose') };
    process.exitCode = reportFailure(error, settings, processTerminal());
  }
}

async function run(argv: readonly string[], program: Program): Promise<number> {
  const { verbs } = program;
  const { verb, rest } = splitVerb(argv, new Set(Object.keys(verbs)));
  if (verb !== undefined && verbs[verb]?.hidden) outliveOutput();
  else endWithOutput();
  const text = await textFor(argv, program);
  if (text === undefined) return (await loaded(verb, rest, verbs)).run(rest, program);
  process.stdout.write(text);
  return exitCode.done;
}

/** The help or the version, where one is asked for. */
async function textFor(argv: readonly string[], { verbs, version }: Program): Promise<string | undefined> {
  const asked = argv[0] === 'help';
  const { verb, rest } = splitVerb(asked ? argv.slice(1) : argv, new Set(Object.keys(verbs)));
  const words = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined);
  if (words.includes('--version') || words.includes('-v')) return `${version}\n`;
  if (!asked && !words.includes('--help') && !words.includes('-h')) return undefined;
  const { exitCodeHelp, groupHelp } = await import('./help.ts');
  if (verb === 'exit-codes') return exitCodeHelp();
  const group = Object.entries(verbs).filter(([name]) => name.startsWith(`${verb} `));
  if (verb !== undefined && group.length > 0 && verbs[verb] === undefined)
    return groupHelp(
      verb,
      group.map(([name, { about }]) => [name, about]),
    );
  const entry = entryOf(verb, rest, verbs);
  const { helpTexts } = await import('./help-texts.ts');
  return helpTexts[entry.name];
}

async function loaded(name: string | undefined, rest: readonly string[], verbs: VerbTable): Promise<Verb> {
  return (await entryOf(name, rest, verbs).load()).default;
}

function entryOf(name: string | undefined, rest: readonly string[], verbs: VerbTable): VerbEntry & { name: string } {
  if (name === undefined) throw noVerb(rest);
  const entry = verbs[name];
  if (entry === undefined) throw unknownVerb(name, rest, verbs);
  return { ...entry, name };
}

/** Nothing but flags: the first that no verb knows is what is wrong. */
function noVerb(words: readonly string[]): Fault {
  const flags = words.flatMap((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? []);
  const wrong = flags.find((name) => !Object.hasOwn(globalFlags, name));
  if (wrong === undefined) return new Fault({ what: 'A verb is missing.', next: ['kloudspot --help lists them.'] });
  const near = nearest(wrong, [...Object.keys(globalFlags), 'help', 'version']);
  return new Fault({
    what: `Unknown flag --${wrong}.`,
    next: [...(near === undefined ? [] : [`Did you mean --${near}?`]), 'kloudspot --help lists verbs and flags.'],
  });
}

function unknownVerb(name: string, rest: readonly string[], verbs: VerbTable): Fault {
  const names = Object.keys(verbs).filter((verb) => !verbs[verb]?.hidden);
  const [first = ''] = name.split(' ');
  const group = names.filter((verb) => verb.startsWith(`${first} `));
  const groups = new Set(names.filter((verb) => verb.includes(' ')).map((verb) => verb.replace(/ .*/, '')));
  const near = nearest(name, names) ?? nearest(`${name} ${rest[0] ?? ''}`, names);
  const nearGroup = group.length > 0 || near !== undefined ? undefined : nearest(name, groups);
  const likely = nearGroup === undefined ? group : names.filter((verb) => verb.startsWith(`${nearGroup} `));
  const bare = name === first && group.length > 0;
  return new Fault({
    what: bare ? `kloudspot ${name} needs one more word.` : `Unknown verb ${name}.`,
    next: [
      ...(near !== undefined && !bare
        ? [`Did you mean kloudspot ${near}?`]
        : likely.map((verb) => `kloudspot ${verb}`)),
      'kloudspot --help lists the verbs.',
    ],
  });
}
