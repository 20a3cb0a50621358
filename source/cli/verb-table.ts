import type { VerbTable } from './line/verb.ts';

/** Every verb, in the order of the help. A verb is loaded when it is called. */
export const verbs: VerbTable = {
  init: {
    about: 'Set up a new site: build the cluster, deploy the product',
    load: () => import('./verbs/init.ts'),
  },
  preflight: { about: 'Check nodes and site; change nothing', load: () => import('./verbs/preflight.ts') },
  explain: { about: 'Why a check matters, its source, what to do', load: () => import('./verbs/explain.ts') },
  plan: { about: 'Show every step, command and file of what would be done', load: () => import('./verbs/plan.ts') },
  apply: { about: 'Do what the site file says', load: () => import('./verbs/apply.ts') },
  relocate: {
    about: 'Change all addresses, before the cluster is built',
    load: () => import('./verbs/relocate.ts'),
  },
  resume: { about: 'Continue a run that was interrupted', load: () => import('./verbs/resume.ts') },
  undo: {
    about: 'Undo what a run did, as far as it can be undone',
    load: () => import('./verbs/undo.ts'),
  },
  attach: { about: 'Watch a run in progress', load: () => import('./verbs/attach.ts') },
  'storage estimate': {
    about: 'What the volumes need, what fits where',
    load: () => import('./verbs/storage-estimate.ts'),
  },
  'storage list': { about: 'Volume groups and disks of all nodes', load: () => import('./verbs/storage-list.ts') },
  'storage grow': {
    about: 'Make a volume of the running product larger',
    load: () => import('./verbs/storage-grow.ts'),
  },
  start: { about: 'Deploy the product on the cluster', load: () => import('./verbs/start.ts') },
  update: {
    about: 'Apply changed values; a newer chart with --update-helm',
    load: () => import('./verbs/update.ts'),
  },
  stop: { about: 'Uninstall the product, and list what stays', load: () => import('./verbs/stop.ts') },
  'node add': { about: 'Add a machine to the cluster', load: () => import('./verbs/node-add.ts') },
  'node remove': {
    about: 'Take a node out of the cluster, alive or dead',
    load: () => import('./verbs/node-remove.ts'),
  },
  'node replace': {
    about: 'Replace a node with another machine',
    load: () => import('./verbs/node-replace.ts'),
  },
  status: {
    about: 'One verdict on cluster and product, and what to do next',
    load: () => import('./verbs/status.ts'),
  },
  backup: {
    about: 'Save datastore, site, release on the managers and here',
    load: () => import('./verbs/backup.ts'),
  },
  restore: { about: 'Restore the datastore of a backup', load: () => import('./verbs/restore.ts') },
  rebalance: {
    about: 'Spread parts over the nodes again after one came back',
    load: () => import('./verbs/rebalance.ts'),
  },
  drill: { about: 'Cut a node off for minutes, and measure', load: () => import('./verbs/drill.ts') },
  certificates: {
    about: 'Days left of every certificate, and what renews it',
    load: () => import('./verbs/certificates.ts'),
  },
  'certificates renew': {
    about: "Renew the managers' certificates, one node at a time",
    load: () => import('./verbs/certificates-renew.ts'),
  },
  'certificates request': {
    about: 'Make a key and a signing request for the DNS name',
    load: () => import('./verbs/certificates-request.ts'),
  },
  history: {
    about: 'All runs: who, where, when, what, result',
    load: () => import('./verbs/history.ts'),
  },
  report: {
    about: 'Write the as-built document of a site as one HTML file',
    load: () => import('./verbs/report.ts'),
  },
  'bundle create': {
    about: 'Fetch all that a site without internet needs into a file',
    load: () => import('./verbs/bundle-create.ts'),
  },
  'bundle show': { about: 'What a bundle is for and what it holds', load: () => import('./verbs/bundle-show.ts') },
  'bundle verify': {
    about: 'Verify a bundle by the digests of its parts',
    load: () => import('./verbs/bundle-verify.ts'),
  },
  support: {
    about: 'Collect logs and facts in one file, secrets hidden',
    load: () => import('./verbs/support.ts'),
  },
  completion: {
    about: 'Print the completion of a shell: bash, zsh or fish',
    load: () => import('./verbs/completion.ts'),
  },
  'run-worker': {
    about: 'The process that carries out a run',
    load: () => import('./verbs/run-worker.ts'),
    hidden: true,
  },
};
