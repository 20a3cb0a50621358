import { refuseUnknown, nearest, splitVerb, writeOutRehearse } from './commands/arguments.ts';
import { processTerminal, reportFailure } from './commands/terminal.ts';
import type { Verb } from './commands/verb.ts';
import { exitCode, Fault } from './fault/fault.ts';
import { version } from './version.ts';

interface Entry {
  readonly about: string;
  /** Loaded only when the verb is called. */
  readonly load: () => Promise<{ readonly default: Verb }>;
  readonly hidden?: true;
}

const verbs: Readonly<Record<string, Entry>> = {
  init: {
    about: 'Walk through a new site, build the cluster, deploy the product',
    load: () => import('./commands/init.ts'),
  },
  preflight: { about: 'Check nodes and site; change nothing', load: () => import('./commands/preflight.ts') },
  plan: { about: 'Show every step, command and file of what would be done', load: () => import('./commands/plan.ts') },
  apply: { about: 'Do what the site file says', load: () => import('./commands/apply.ts') },
  resume: { about: 'Go on with a run that was interrupted', load: () => import('./commands/resume.ts') },
  undo: { about: 'Take back what a run did, as far as it can be taken back', load: () => import('./commands/undo.ts') },
  attach: { about: 'Watch a run that is going on', load: () => import('./commands/attach.ts') },
  'storage estimate': {
    about: 'What the volumes need, what fits where',
    load: () => import('./commands/storage-estimate.ts'),
  },
  'storage list': { about: 'Volume groups and disks of all nodes', load: () => import('./commands/storage-list.ts') },
  start: { about: 'Deploy the product on the cluster', load: () => import('./commands/start.ts') },
  update: {
    about: 'Apply changed values; a newer chart with --update-helm',
    load: () => import('./commands/update.ts'),
  },
  stop: { about: 'Uninstall the product, and say what stays', load: () => import('./commands/stop.ts') },
  status: {
    about: 'One verdict on cluster and product, and what to do next',
    load: () => import('./commands/status.ts'),
  },
  'run-worker': {
    about: 'The process that carries out a run',
    load: () => import('./commands/run-worker.ts'),
    hidden: true,
  },
};

const helpText =
  () => `kloudspot ${version}: from bare Ubuntu machines to a highly available MicroK8s cluster that runs a product.

Usage: kloudspot VERB [flags]

${Object.entries(verbs)
  .filter(([, verb]) => !verb.hidden)
  .map(([name, verb]) => `  ${name.padEnd(18)}${verb.about}`)
  .join('\n')}

For every verb:
  --site FILE         The site file (default: /etc/kloudspot/site.yaml under the root)
  --rehearse [NAME]   Against simulated nodes: nothing real is touched
  --yes               Ask nothing; fail with a list where an answer is missing
  --plain  --json  --no-color  --ascii  --verbose  --root DIR  --version

kloudspot VERB --help says more. Try it without risk: kloudspot init --rehearse
`;

async function main(argv: readonly string[]): Promise<number> {
  const names = new Set(Object.keys(verbs));
  const { verb: name, rest } = splitVerb(argv, names);
  const asksHelp = rest.includes('--help') || rest.includes('-h');
  if (name === undefined || name === 'help') return rootAnswer(rest, asksHelp || name === 'help');
  const entry = verbs[name];
  if (!entry) throw unknownVerb(name, names);
  const { default: verb } = await entry.load();
  if (asksHelp) {
    const usage = await verb.usage();
    process.stdout.write(`${process.stdout.isTTY ? usage : withoutControlCodes(usage)}\n`);
    return exitCode.done;
  }
  const words = writeOutRehearse(rest);
  refuseUnknown(words, verb.flags, name);
  return verb.run(words);
}

function rootAnswer(flags: readonly string[], asksHelp: boolean): number {
  if (flags.includes('--version') || flags.includes('-v')) {
    process.stdout.write(`${version}\n`);
    return exitCode.done;
  }
  process.stdout.write(helpText());
  return asksHelp || flags.length === 0 ? exitCode.done : exitCode.usage;
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

const argv = process.argv.slice(2);
main(argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const settings = { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
    process.exitCode = reportFailure(error, settings, processTerminal());
  },
);
