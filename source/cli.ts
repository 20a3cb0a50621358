import { writeSync } from 'node:fs';
import type { VerbTable } from './cli/line/dispatch.ts';
import { version } from './version.ts';

const verbs: VerbTable = {
  init: {
    about: 'Set up a new site: build the cluster, deploy the product',
    load: () => import('./cli/verbs/init.ts'),
  },
  preflight: { about: 'Check nodes and site; change nothing', load: () => import('./cli/verbs/preflight.ts') },
  plan: { about: 'Show every step, command and file of what would be done', load: () => import('./cli/verbs/plan.ts') },
  apply: { about: 'Do what the site file says', load: () => import('./cli/verbs/apply.ts') },
  resume: { about: 'Continue a run that was interrupted', load: () => import('./cli/verbs/resume.ts') },
  undo: {
    about: 'Undo what a run did, as far as it can be undone',
    load: () => import('./cli/verbs/undo.ts'),
  },
  attach: { about: 'Watch a run that is going on', load: () => import('./cli/verbs/attach.ts') },
  'storage estimate': {
    about: 'What the volumes need, what fits where',
    load: () => import('./cli/verbs/storage-estimate.ts'),
  },
  'storage list': { about: 'Volume groups and disks of all nodes', load: () => import('./cli/verbs/storage-list.ts') },
  start: { about: 'Deploy the product on the cluster', load: () => import('./cli/verbs/start.ts') },
  update: {
    about: 'Apply changed values; a newer chart with --update-helm',
    load: () => import('./cli/verbs/update.ts'),
  },
  stop: { about: 'Uninstall the product, and say what stays', load: () => import('./cli/verbs/stop.ts') },
  status: {
    about: 'One verdict on cluster and product, and what to do next',
    load: () => import('./cli/verbs/status.ts'),
  },
  'run-worker': {
    about: 'The process that carries out a run',
    load: () => import('./cli/verbs/run-worker.ts'),
    hidden: true,
  },
};

const helpText = () => `kloudspot ${version}: from bare Ubuntu machines to a highly available MicroK8s
cluster that runs a product.

Usage: kloudspot VERB [flags]

${Object.entries(verbs)
  .filter(([, verb]) => !verb.hidden)
  .map(([name, verb]) => `  ${name.padEnd(18)}${verb.about}`)
  .join('\n')}

For every verb:
  --site FILE         The site file, else etc/kloudspot/site.yaml under the root
  --rehearse [NAME]   Use simulated nodes: nothing real is touched
  --yes               Ask nothing; fail with a list where an answer is missing
  --plain  --json  --no-color  --ascii  --verbose  --root DIR  --version

kloudspot VERB --help says more. Try it without risk: kloudspot init --rehearse
`;

/** Straight to the descriptor, and nothing else loaded: the help comes in little more than the runtime's own start. */
function print(text: string): void {
  try {
    writeSync(1, text);
  } catch (error) {
    import('./cli/line/closed-output.ts').then(({ outputFailed }) => outputFailed(error));
  }
}

const argv = process.argv.slice(2);
const [first, second] = argv;
if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && second === undefined))
  print(helpText());
else if (first === '--version' || first === '-v') print(`${version}\n`);
else import('./cli/line/dispatch.ts').then(({ dispatch }) => dispatch(argv, { verbs, version }));
